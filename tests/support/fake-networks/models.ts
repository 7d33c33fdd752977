import type { Measure } from './counting.ts';

type Rate = { most: number; withinMs: number };
export type Rates = { posts: Rate | null; uploads: Rate | null; requests: Rate | null };
type PollRules = {
  options: number;
  characters: number;
  unit: Measure['unit'];
  least: number;
  most: number;
};

/** Of a server whose administrator took the limits away. */
export const noRates: Rates = { posts: null, uploads: null, requests: null };

/** How one server software behaves where publishing depends on it: `../shared/networks.md` §1, §2 and §9. */
export type Model = {
  api: 'mastodon' | 'instagram' | 'facebook';
  /** Name in nodeinfo, and version in the instance documents. */
  software: string;
  version: string;
  /** What a repeated Idempotency-Key does. `breaks`: 500 although the post exists (Mastodon 4.6.0 to 4.6.5). */
  key: 'replays' | 'breaks' | 'refuses' | 'replays-errors' | 'ignored';
  keyForMs: number;
  /** An upload fits one post only; which status says so. */
  singleUse: { status: number; text: (id: string) => string } | null;
  /** GET of an attached upload. */
  attachedStatus: number;
  /** Answer to an upload of a picture: 200 with address, or 202 without. */
  uploadStatus: 200 | 202;
  tells206: boolean;
  unknownMedia: { status: number } | 'skipped';
  textOnly: boolean;
  /** What it takes in a poll; without any the field is dropped. Seconds. */
  polls: PollRules | null;
  /** A poll beside files, and an option twice. */
  pollWithFiles: boolean;
  sameOptions: boolean;
  /** How it refuses what does not fit: each has another status and another body. */
  refuses: 'rails' | 'laravel' | 'gotosocial' | 'pleroma' | 'hollo' | 'friendica';
  /** A text of white space alone is none. */
  blankIsEmpty: boolean;
  emptyStatus: number;
  /** A visibility that it does not know is refused; else the account's own takes its place. */
  strictVisibility: boolean;
  visibilities: readonly string[];
  listsReplies: boolean;
  /** What the account's list shows to the account itself. */
  lists: readonly string[];
  /** Bodies that it understands; `flat`: of JSON only what is neither list nor object. */
  reads: 'all' | 'flat' | 'forms';
  /** Fields that it takes and drops without a word. */
  drops: readonly ('text' | 'visibility' | 'media' | 'poll' | 'alt' | 'comment')[];
  hasSource: boolean;
  /** Has the instance document of Mastodon 4, too. */
  hasV2: boolean;
  strictHeaders: boolean;
  /** JSON booleans only. */
  strictBooleans: boolean;
  keepsMediaIds: boolean;
  defaultVisibility: 'public' | 'unlisted';
  /** A film or sound stands alone. */
  filmAlone: boolean;
  /** `scheduled_at`: the post is kept for then, or the field is ignored and it goes out at once. */
  schedules: boolean;
  measure: Measure;
  /** What it refuses to exceed; null = it does not look. */
  limits: {
    characters: number | null;
    warning: number | null;
    media: number | null;
    alt: number | null;
    altUnit: Measure['unit'];
    imageBytes: number;
    videoBytes: number;
    imagePixels: number | null;
    types: readonly string[];
  };
  /** What it says of itself. */
  says: { characters: number; media: number; alt: number | null; perUrl: number };
  /** Most requests of one account within so long a time; the header of the nearest limit is sent along. */
  rates: Rates;
  ids: 'number' | 'ulid' | 'flake' | 'uuid';
};

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const mebi = 1024 * 1024;

const pictures = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];
const films = ['video/mp4', 'video/quicktime', 'video/webm', 'audio/mpeg'];

/** Mastodon, app/validators/status_length_validator.rb: graphemes, addresses as 23, mentions without their server. */
const byGraphemes: Measure = { unit: 'graphemes', address: 23, mentions: true, warning: true };
/** GoToSocial, internal/processing/status/common.go (October 2025): `len([]rune(status)) + len([]rune(spoiler))`. */
const byRunes: Measure = { unit: 'code-points', address: null, mentions: false, warning: true };

const mastodon45: Model = {
  api: 'mastodon',
  software: 'mastodon',
  version: '4.5.3',
  key: 'replays',
  keyForMs: hour,
  singleUse: { status: 422, text: (id) => `Media ${id} not found or already attached to another post` },
  attachedStatus: 404,
  uploadStatus: 200,
  tells206: true,
  unknownMedia: { status: 422 },
  textOnly: true,
  // app/validators/poll_options_validator.rb, poll_expiration_validator.rb (main of September 2026).
  polls: { options: 4, characters: 50, unit: 'graphemes', least: 300, most: 2_629_746 },
  pollWithFiles: false,
  sameOptions: false,
  refuses: 'rails',
  blankIsEmpty: true,
  emptyStatus: 422,
  strictVisibility: true,
  visibilities: ['public', 'unlisted', 'private', 'direct'],
  listsReplies: true,
  lists: ['public', 'unlisted', 'private', 'direct'],
  reads: 'all',
  drops: [],
  hasSource: true,
  hasV2: true,
  strictHeaders: false,
  strictBooleans: false,
  keepsMediaIds: true,
  defaultVisibility: 'public',
  filmAlone: true,
  schedules: true,
  measure: byGraphemes,
  // app/models/media_attachment.rb (main of September 2026).
  limits: {
    characters: 500,
    warning: null,
    media: 4,
    alt: 1500,
    altUnit: 'code-points',
    imageBytes: 16 * mebi,
    videoBytes: 99 * mebi,
    imagePixels: 33_177_600,
    types: [...pictures, ...films],
  },
  says: { characters: 500, media: 4, alt: 1500, perUrl: 23 },
  // config/initializers/rack_attack.rb, app/lib/rate_limiter.rb (networks.md §1.10).
  rates: {
    posts: { most: 300, withinMs: 3 * hour },
    uploads: { most: 30, withinMs: 30 * minute },
    requests: { most: 1500, withinMs: 5 * minute },
  },
  ids: 'number',
};

const pleroma: Model = {
  ...mastodon45,
  software: 'pleroma',
  version: '2.7.2 (compatible; Pleroma 2.9.1)',
  key: 'replays-errors',
  keyForMs: 6 * hour,
  singleUse: null,
  attachedStatus: 200,
  uploadStatus: 202,
  tells206: false,
  // lib/pleroma/web/common_api/utils.ex (make_poll_data, validate_character_limit) and config/config.exs: `limit`,
  // `description_limit`, `upload_limit`, `poll_limits` (develop of 2026). String.length counts graphemes.
  refuses: 'pleroma',
  blankIsEmpty: false,
  polls: { options: 20, characters: 200, unit: 'graphemes', least: 0, most: 365 * 86_400 },
  pollWithFiles: true,
  sameOptions: true,
  visibilities: [...mastodon45.visibilities, 'local', 'list'],
  filmAlone: false,
  schedules: false,
  measure: { ...byGraphemes, address: null, mentions: false },
  limits: {
    ...mastodon45.limits,
    characters: 5000,
    media: null,
    alt: 5000,
    altUnit: 'graphemes',
    imageBytes: 16_000_000,
    videoBytes: 16_000_000,
    imagePixels: null,
    types: ['image/', 'video/', 'audio/'],
  },
  says: { characters: 5000, media: 1000, alt: 5000, perUrl: 23 },
  rates: noRates,
  ids: 'flake',
};

/** The servers that can be played, by name. */
export const models = {
  'mastodon-4.5': mastodon45,
  'mastodon-4.6': {
    ...mastodon45,
    version: '4.6.3',
    key: 'breaks',
    limits: { ...mastodon45.limits, alt: 10_000 },
    says: { ...mastodon45.says, alt: 10_000 },
  },
  pixelfed: {
    ...mastodon45,
    polls: null,
    software: 'pixelfed',
    version: '3.5.3 (compatible; Pixelfed 0.12.6)',
    key: 'refuses',
    singleUse: { status: 400, text: () => 'Invalid media_ids' },
    uploadStatus: 202,
    tells206: false,
    unknownMedia: { status: 400 },
    textOnly: false,
    emptyStatus: 403,
    listsReplies: false,
    hasSource: false,
    // app/Http/Controllers/Api/ApiV1Controller.php, statusCreate and mediaUpload (dev of 2026): Laravel's `max` is mb_strlen.
    refuses: 'laravel',
    blankIsEmpty: false,
    visibilities: ['public', 'unlisted', 'private'],
    filmAlone: false,
    schedules: false,
    measure: { ...byRunes, warning: false },
    limits: {
      ...mastodon45.limits,
      warning: 140,
      alt: 1000,
      imageBytes: 15_000 * 1024,
      videoBytes: 15_000 * 1024,
      imagePixels: null,
      types: ['image/jpeg', 'image/png', 'image/gif', 'video/mp4'],
    },
    says: { characters: 500, media: 4, alt: 1000, perUrl: 23 },
    rates: {
      posts: { most: 1000, withinMs: day },
      uploads: { most: 1250, withinMs: day },
      requests: null,
    },
  },
  gotosocial: {
    ...mastodon45,
    software: 'gotosocial',
    version: '0.20.0+git-1234567',
    key: 'ignored',
    singleUse: { status: 400, text: (id) => `Bad Request: media already attached to status: ${id}` },
    attachedStatus: 200,
    unknownMedia: { status: 400 },
    emptyStatus: 400,
    strictHeaders: true,
    defaultVisibility: 'unlisted',
    // internal/processing/status/common.go and internal/api/client/media/mediacreate.go (October 2025).
    refuses: 'gotosocial',
    blankIsEmpty: false,
    polls: {
      options: 6,
      characters: 50,
      unit: 'code-points',
      least: Number.NEGATIVE_INFINITY,
      most: Number.POSITIVE_INFINITY,
    },
    pollWithFiles: true,
    sameOptions: true,
    strictVisibility: false,
    filmAlone: false,
    measure: byRunes,
    limits: {
      ...mastodon45.limits,
      characters: 5000,
      media: 6,
      imageBytes: 40 * mebi,
      videoBytes: 40 * mebi,
      imagePixels: null,
    },
    says: { characters: 5000, media: 6, alt: 1500, perUrl: 25 },
    rates: { posts: null, uploads: null, requests: { most: 300, withinMs: 5 * minute } },
    ids: 'ulid',
  },
  pleroma,
  /** Tells its limits in the older document alone, by Pleroma's names. */
  akkoma: { ...pleroma, software: 'akkoma', version: '2.7.2 (compatible; Akkoma 3.10.4)', hasV2: false },
  friendica: {
    ...mastodon45,
    software: 'friendica',
    polls: null,
    version: '2.8.0 (compatible; Friendica 2026.05)',
    key: 'ignored',
    singleUse: null,
    attachedStatus: 200,
    unknownMedia: 'skipped',
    hasSource: false,
    keepsMediaIds: false,
    // src/Module/Api/Mastodon/Statuses.php, Media.php, InstanceV2.php: it looks at no length; a warning is the title of a
    // post, a column of 255 characters (static/dbstructure.config.php), and an unknown visibility is the account's own.
    refuses: 'friendica',
    blankIsEmpty: false,
    strictVisibility: false,
    filmAlone: false,
    measure: { ...byRunes, warning: false },
    limits: {
      ...mastodon45.limits,
      characters: null,
      warning: 255,
      media: null,
      alt: null,
      imageBytes: 800_000_000,
      videoBytes: 800_000_000,
      imagePixels: null,
    },
    says: { characters: 200_000, media: 99, alt: null, perUrl: 23 },
    rates: noRates,
  },
  hollo: {
    ...mastodon45,
    software: 'hollo',
    version: '0.10.0',
    singleUse: { status: 422, text: () => 'Media not found' },
    attachedStatus: 200,
    strictBooleans: true,
    // src/api/v1/statuses.ts, src/api/v1/media.ts, src/api/v2/instance.ts (August 2026): it tells limits and keeps none; two
    // options of the same words break a key of its database.
    refuses: 'hollo',
    blankIsEmpty: false,
    polls: {
      options: Number.POSITIVE_INFINITY,
      characters: Number.POSITIVE_INFINITY,
      unit: 'code-points',
      least: Number.NEGATIVE_INFINITY,
      most: Number.POSITIVE_INFINITY,
    },
    pollWithFiles: true,
    filmAlone: false,
    schedules: false,
    measure: byRunes,
    limits: {
      ...mastodon45.limits,
      characters: null,
      media: null,
      alt: null,
      imageBytes: Number.POSITIVE_INFINITY,
      videoBytes: Number.POSITIVE_INFINITY,
      imagePixels: null,
      types: ['image/', 'video/'],
    },
    says: { characters: 10_000, media: 8, alt: null, perUrl: 256 },
    rates: noRates,
    ids: 'uuid',
  },
  /** A small server of unknown software: it ignores keys, lists nothing private, and reads forms only. */
  small: {
    ...mastodon45,
    software: 'smallpub',
    version: '0.3.0',
    key: 'ignored',
    singleUse: null,
    attachedStatus: 200,
    hasSource: false,
    lists: ['public', 'unlisted'],
    reads: 'forms',
    filmAlone: false,
    limits: { ...mastodon45.limits, characters: 2000 },
    says: { ...mastodon45.says, characters: 2000 },
    rates: noRates,
    ids: 'uuid',
  },
  /** A second publish of one container makes a second post: what the real one does is not documented. */
  instagram: {
    ...mastodon45,
    api: 'instagram',
    textOnly: false,
    // IG User Media (developers.facebook.com, November 2026).
    limits: {
      ...mastodon45.limits,
      characters: 2200,
      media: 10,
      alt: 1000,
      imageBytes: 8 * mebi,
      videoBytes: 300 * mebi,
      types: ['image/jpeg', 'video/mp4', 'video/quicktime'],
    },
    rates: noRates,
  },
  facebook: {
    ...mastodon45,
    api: 'facebook',
    // Page, Photos (developers.facebook.com, November 2026); the length of a text is customary.
    limits: {
      ...mastodon45.limits,
      characters: 63_206,
      media: 10,
      alt: null,
      imageBytes: 10_000_000,
      types: ['image/jpeg', 'image/png', 'image/gif', 'image/bmp', 'image/tiff'],
    },
    rates: noRates,
  },
} as const satisfies Record<string, Model>;
export type ModelName = keyof typeof models;
