import type { Counting } from '../../../shared/index.ts';
import type { Draft } from '../adapter.ts';
import type { PollLimits, Shown } from '../limits.ts';

const minute = 60_000;
const hour = 60 * minute;

/** How one server software differs from Mastodon where it matters for publishing (networks.md §1, §2, §9). */
export type Quirks = {
  /** What a repeated Idempotency-Key does: gives the first answer again, is refused, replays even errors, or nothing. */
  key: 'replays' | 'refuses' | 'replays-errors' | 'ignored';
  /** How long the server remembers a key for certain. */
  keyForMs: number;
  /** A post shows its media under the ids that the uploads had. */
  keepsMediaIds: boolean;
  /** `GET media` of an attached upload answers 404: the exact test of networks.md §1.12. */
  attachedIs404: boolean;
  /** After this an unattached upload may be gone. */
  uploadForMs: number;
  /** `GET media` says 206 while processing; without it, a few looks must do. */
  tells206: boolean;
  /** What 403 means for a post. */
  forbidden: 'reauthorize' | 'edit';
  /** Look-ups without a find before a repeat. */
  lookups: number;
  /** Replies are in the account's list of statuses. */
  listsReplies: boolean;
  /** What the account's list is known to show to the account itself: that it shows a post of another kind has to be seen. */
  lists: readonly Draft['visibility'][];
  /**
   * Bodies that the server reads for certain: `either`, JSON without text for true and false only (networks.md §9), or
   * forms, as every example of docs.joinmastodon.org has them. One that reads both and drops something gets forms then.
   */
  bodies: 'either' | 'json' | 'forms';
  /** A warning is kept only with `sensitive`. */
  warningNeedsSensitive: boolean;
  textOnly: boolean;
  /** A film or sound is the only file of its post (networks.md §1.6). */
  filmAlone: boolean;
  /** What it makes of moving pictures. */
  moving: Shown['moving'];
  /** Shows polls; some take the field and drop it. */
  polls: boolean;
  visibilities: readonly Draft['visibility'][];
  /** How long a text is. Where addresses count the same whatever their length, the server says how much. */
  counting: Counting;
  /** How long a description is. */
  altUnit: Counting['unit'];
  /** What holds where the server's own documents are silent; null = it does not look. */
  defaults: {
    characters: number | null;
    media: number | null;
    altCharacters: number | null;
    /** Of a warning by itself; null where it counts with the text. */
    warningCharacters: number | null;
    polls: PollLimits;
  };
};

/** app/validators/status_length_validator.rb of Mastodon (main of September 2026). */
const byGraphemes: Counting = { unit: 'graphemes', address: 23, shortMentions: true, warning: true };
/** `validate_character_limit` in lib/pleroma/web/common_api/utils.ex: `String.length` of text and subject as they are. */
const asTheyAre: Counting = { unit: 'graphemes', address: null, shortMentions: false, warning: true };
/** GoToSocial's internal/api/client/statuses/statuscreate.go: runes of text and warning, and of options of polls. */
const byRunes: Counting = { ...asTheyAre, unit: 'code-points' };
/**
 * src/Module/Api/Mastodon/Statuses.php of Friendica (2024.12): the text is taken as it is, and the warning becomes the
 * title, which has a column of its own.
 */
const textAlone: Counting = { ...byRunes, warning: false };
/** Laravel's `max` is `mb_strlen`; the warning has a limit of its own (`spoiler_text` in ApiV1Controller.php of Pixelfed). */
const captionOnly: Counting = { ...byRunes, warning: false };

const mastodon: Quirks = {
  key: 'replays',
  keyForMs: 50 * minute, // The server keeps it for 60; the rest is for slow requests and clocks.
  keepsMediaIds: true,
  attachedIs404: true,
  uploadForMs: 20 * hour,
  tells206: true,
  forbidden: 'reauthorize',
  lookups: 2,
  listsReplies: true,
  lists: ['public', 'unlisted', 'private', 'direct'],
  bodies: 'either',
  warningNeedsSensitive: false,
  textOnly: true,
  filmAlone: true,
  // `file_styles` in app/models/media_attachment.rb (main of September 2026): GIFs go through the film's styles; of other
  // pictures the first one is kept.
  moving: { 'image/gif': 'film', 'image/webp': 'still', 'image/avif': 'still' },
  polls: true,
  visibilities: ['public', 'unlisted', 'private', 'direct'],
  counting: byGraphemes,
  // `validates :description, length:` of app/models/media_attachment.rb is Ruby's String#length: code points.
  altUnit: 'code-points',
  defaults: {
    characters: 500,
    media: 4,
    altCharacters: 1500,
    warningCharacters: null,
    polls: { options: 4, characters: 50, least: 300, most: 2_629_746 },
  },
};

/** A server that remembers nothing: only looking helps, so it looks once more. */
const keyless: Quirks = {
  ...mastodon,
  key: 'ignored',
  keyForMs: 0,
  filmAlone: false,
  moving: {},
  keepsMediaIds: false,
  attachedIs404: false,
  lookups: 3,
  lists: ['public', 'unlisted'],
  bodies: 'forms',
};

const pleroma: Quirks = {
  ...mastodon,
  key: 'replays-errors',
  filmAlone: false,
  moving: {}, // Files are kept as they are (lib/pleroma/upload.ex), but for filters that an administrator adds.
  keyForMs: 5 * hour,
  attachedIs404: false,
  tells206: false,
  counting: asTheyAre,
  altUnit: 'graphemes', // `String.length(description)` in lib/pleroma/upload.ex (develop of November 2026).
  // config/config.exs, :instance: `limit`, `description_limit`, `poll_limits` (develop of November 2026).
  defaults: {
    characters: 5000,
    media: null,
    altCharacters: 5000,
    warningCharacters: null,
    polls: { options: 20, characters: 200, least: 0, most: 31_536_000 },
  },
};

/** Rows by the name that nodeinfo gives, in lower case. */
const rows: Readonly<Record<string, Quirks>> = {
  mastodon,
  pixelfed: {
    ...mastodon,
    key: 'refuses',
    keyForMs: 0,
    attachedIs404: false, // 404 or 500 once attached, so neither proves anything.
    uploadForMs: 90 * minute, // The server deletes after 2 h.
    tells206: false,
    forbidden: 'edit',
    listsReplies: false,
    lists: ['public', 'unlisted', 'private'],
    warningNeedsSensitive: true,
    textOnly: false,
    filmAlone: false,
    moving: {}, // The uploaded file itself is shown.
    polls: false,
    visibilities: ['public', 'unlisted', 'private'],
    counting: captionOnly,
    defaults: { ...mastodon.defaults, altCharacters: 1000, warningCharacters: 140 },
  },
  gotosocial: {
    ...keyless,
    keepsMediaIds: true,
    lists: mastodon.lists,
    bodies: 'either',
    uploadForMs: 12 * hour, // A daily clean-up takes unattached uploads of any age.
    counting: byRunes,
    defaults: { ...mastodon.defaults, characters: 5000, media: 6 },
  },
  pleroma,
  akkoma: pleroma,
  friendica: {
    ...keyless,
    bodies: 'either',
    polls: false,
    counting: textAlone,
    // A title is a varchar(255), descriptions are a text (static/dbstructure.config.php), and no length is looked at.
    defaults: {
      ...mastodon.defaults,
      characters: null,
      media: null,
      altCharacters: null,
      warningCharacters: 255,
    },
  },
  hollo: {
    ...mastodon,
    filmAlone: false,
    // `sharp(bytes).rotate()` in src/api/v1/media.ts reads one picture.
    moving: { 'image/gif': 'still', 'image/webp': 'still' },
    attachedIs404: false,
    lists: ['public', 'unlisted'],
    bodies: 'json',
    // src/api/v1/statuses.ts and media.ts of Hollo (0.10, August 2026) look at no length. What src/api/v2/instance.ts tells
    // is kept to all the same, but for the 256 that it would reserve for an address: texts are counted as they are.
    counting: { ...asTheyAre, warning: false },
    defaults: { ...mastodon.defaults, characters: 10_000, media: 8, altCharacters: null },
  },
  takahe: keyless,
};

/** The row of a server software; an unknown one is treated as if it remembered nothing. */
export function quirksOf(software: string): Quirks {
  return rows[software.toLowerCase()] ?? keyless;
}
