import { anyFile, type Limits } from '../../electron/networks/limits.ts';
import { type MediaDetails, noDetails } from '../../electron/publisher/media/facts.ts';
import { type CheckedFile, type CheckedPart, validate } from '../../electron/publisher/validate.ts';

export const mebi = 1024 ** 2;

/** Takes everything. */
export const open: Limits = {
  ...anyFile,
  characters: null,
  media: null,
  altCharacters: null,
  formats: {},
  fetches: 'nothing',
  textOnly: true,
  thread: true,
  comments: true,
  polls: { options: 4, characters: 50, least: 300, most: 2_629_746 },
  visibilities: ['public', 'unlisted', 'private', 'direct'],
  warningCharacters: null,
  hashtags: null,
  mentions: null,
  countOption: (option: string) => option.length,
  countAlt: (alt) => [...alt].length,
  count: (text, warning) => [...text, ...(warning ?? '')].length,
};
/** A part that any network takes. */
export const plain: CheckedPart = {
  part: 0,
  comment: false,
  text: 'Hello',
  contentWarning: null,
  visibility: 'public',
  format: 'post',
  poll: null,
  media: [],
};
export const details = (some: Partial<MediaDetails>) => ({ ...noDetails, ...some });
export const picture: CheckedFile = {
  mime: 'image/jpeg',
  bytes: mebi,
  width: 1200,
  height: 1000,
  alt: 'A tower',
  focus: null,
  publicUrl: null,
  details: details({ jpeg: 'plain' }),
};
export const film: CheckedFile = {
  ...picture,
  mime: 'video/mp4',
  details: details({ seconds: 10, framesPerSecond: 30, streamable: true }),
};
export const poll = (options: string[], durationSeconds = 3600) => ({
  options,
  durationSeconds,
  multiple: false,
  hideTotals: false,
});
export const reel = { files: [1, 1] as const, pictures: false, films: true, silent: false };

/** What is said of a part, for a network that takes everything but for `limits`. */
export const say = (part: Partial<CheckedPart>, limits: Partial<Limits> = {}, wishes = {}) =>
  validate(
    { ...plain, ...part },
    { ...open, ...limits },
    {
      who: 'm.example',
      wishes: { fit: 'refuse', stripLocation: true, ...wishes },
      hosted: false,
    },
  ).map(({ at, message }) => `${at}: ${message}`);
