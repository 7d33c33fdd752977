import type { Poll } from '../../shared/index.ts';
import type { Draft, DraftMedia, Limits } from './networks/adapter.ts';

/** Why a part does not fit a network: the thing at fault (`text`, `visibility`, `media`, `poll` or one of its files) and a sentence. */
export type Misfit = { at: 'text' | 'visibility' | 'media' | 'poll' | number; message: string };

export type CheckedPart = Pick<
  Draft,
  'part' | 'comment' | 'poll' | 'text' | 'contentWarning' | 'visibility'
> & {
  media: readonly Pick<DraftMedia, 'mime' | 'bytes' | 'width' | 'height' | 'alt'>[];
};

/** Everything about one part that `who` (a server or network) would refuse, or would show to more people than meant; pure. */
export function misfits(part: CheckedPart, limits: Limits, who: string): Misfit[] {
  return [
    ...textMisfits(part, limits, who),
    ...(part.poll === null ? [] : pollMisfits(part, part.poll, limits, who)),
    ...part.media.flatMap((media, index) => fileMisfits(media, index, limits, who)),
  ];
}

function textMisfits(part: CheckedPart, limits: Limits, who: string): Misfit[] {
  const found: Misfit[] = [];
  const length = limits.count(part.text, part.contentWarning);
  if (limits.characters !== null && length > limits.characters)
    found.push({
      at: 'text',
      message: `has ${length} characters as ${who} counts them, which takes ${limits.characters}`,
    });
  if (part.comment && !limits.comments)
    found.push({ at: 'text', message: `is a first comment, and ${who} has none` });
  if (part.part > 0 && !part.comment && !limits.thread)
    found.push({ at: 'text', message: `continues a thread, and ${who} has none` });
  if (part.part === 0 && part.media.length === 0 && !limits.textOnly)
    found.push({ at: 'media', message: `is empty, and ${who} takes no text alone` });
  if (limits.media !== null && part.media.length > limits.media)
    found.push({ at: 'media', message: `has ${part.media.length} files, and ${who} takes ${limits.media}` });
  if (!limits.visibilities.includes(part.visibility))
    found.push({
      at: 'visibility',
      message: `is "${part.visibility}", and ${who} has only ${limits.visibilities.join(', ')}`,
    });
  return found;
}

function pollMisfits(part: CheckedPart, poll: Poll, limits: Limits, who: string): Misfit[] {
  const { polls } = limits;
  if (polls === null) return [{ at: 'poll', message: `is there, and ${who} has no polls` }];
  const found: Misfit[] = [];
  const say = (message: string) => found.push({ at: 'poll', message });
  const longest = Math.max(...poll.options.map((option) => limits.count(option, null)));
  if (part.media.length > 0) say(`is there, and ${who} takes no files beside one`);
  if (poll.options.length > polls.options)
    say(`has ${poll.options.length} options, and ${who} takes ${polls.options}`);
  if (longest > polls.characters)
    say(`has an option of ${longest} characters, and ${who} takes ${polls.characters}`);
  if (poll.durationSeconds < polls.least || poll.durationSeconds > polls.most)
    say(`lasts ${poll.durationSeconds} seconds, and ${who} takes ${polls.least} to ${polls.most}`);
  return found;
}

function fileMisfits(media: CheckedPart['media'][number], at: number, limits: Limits, who: string): Misfit[] {
  const found: Misfit[] = [];
  const say = (message: string) => found.push({ at, message });
  const { mime, bytes, width, height, alt } = media;
  const isImage = mime.startsWith('image/');
  const most = isImage ? limits.imageBytes : limits.videoBytes;
  if (limits.mimeTypes !== null && !limits.mimeTypes.includes(mime))
    say(`is ${mime}, and ${who} takes ${limits.mimeTypes.join(', ')}`);
  if (most !== null && bytes > most) say(`has ${mebibytes(bytes)}, and ${who} takes ${mebibytes(most)}`);
  if (limits.altCharacters !== null && [...alt].length > limits.altCharacters)
    say(`has a description of ${[...alt].length} characters, and ${who} takes ${limits.altCharacters}`);
  if (!isImage || width === null || height === null) return found;
  if (limits.imagePixels !== null && width * height > limits.imagePixels)
    say(
      `has ${width} × ${height} pixels, and ${who} takes ${(limits.imagePixels / 1e6).toFixed(1)} million in all`,
    );
  if (limits.imageRatio !== null && !isBetween(width / height, limits.imageRatio))
    say(
      `is ${(width / height).toFixed(2)} times as wide as high, and ${who} takes ${limits.imageRatio.map((ratio) => ratio.toFixed(2)).join(' to ')}`,
    );
  return found;
}

function isBetween(value: number, [least, most]: readonly [number, number]): boolean {
  // A picture of 4:5 in whole pixels can miss the ratio by a fraction of a pixel.
  return value >= least - 0.01 && value <= most + 0.01;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
