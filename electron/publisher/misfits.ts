import type { Poll } from '../../shared/index.ts';
import { homeless, wantsAddress } from './addresses/wants.ts';
import { limitsFor } from './limits-for.ts';
import { type FitWishes, planFit } from './media/plan-fit.ts';
import type { Draft, DraftMedia, FormatLimits, Limits } from './networks/adapter.ts';

/** Why a part does not fit a network: the thing at fault (`text`, `visibility`, `media`, `poll` or one of its files) and a sentence. */
export type Misfit = { at: 'text' | 'visibility' | 'media' | 'poll' | number; message: string };

export type CheckedFile = Pick<
  DraftMedia,
  'mime' | 'bytes' | 'width' | 'height' | 'alt' | 'focus' | 'publicUrl' | 'details'
> & {
  /** Its place in the post, where others before it could not be read. */
  place?: number;
};
export type CheckedPart = Pick<
  Draft,
  'part' | 'comment' | 'poll' | 'text' | 'contentWarning' | 'visibility' | 'format'
> & { media: readonly CheckedFile[] };

/** Whom a part is for. */
export type CheckedFor = {
  /** How a person calls the network or server. */
  who: string;
  wishes: FitWishes;
  /** Something lends an address to files that have none. */
  hosted: boolean;
};

/** Everything about one part that a server or network would refuse, or would show to more people than meant; pure. */
export function misfits(part: CheckedPart, given: Limits, target: CheckedFor): Misfit[] {
  const { who } = target;
  const format = part.comment ? 'post' : part.format;
  const limits = limitsFor(given, { format });
  return [
    ...textMisfits(part, limits, who),
    ...(format === 'post' ? [] : formatMisfits(part, given.formats[format], format, who)),
    ...(part.poll === null ? [] : pollMisfits(part, part.poll, limits, who)),
    ...aloneMisfits(part, limits, who),
    ...part.media.flatMap((media, index) => {
      const at = media.place ?? index;
      const film = isPicture(media) ? [] : filmMisfits(media, at, limits, who);
      return [...fileMisfits(media, at, limits, target), ...film];
    }),
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

function formatMisfits(
  { media, part }: CheckedPart,
  format: FormatLimits | undefined,
  name: string,
  who: string,
): Misfit[] {
  const say = (message: string): Misfit[] => [{ at: 'media', message }];
  if (format === undefined) return say(`is to be a ${name}, and ${who} has none`);
  const [least, most] = format.files;
  if (part > 0) return say(`is to be a ${name}, which has no thread`);
  if (media.length < least || media.length > most)
    return say(
      `has ${media.length} files, and a ${name} has ${least === most ? `exactly ${least}` : `${least} to ${most}`}`,
    );
  if (!format.pictures && media.some(isPicture)) return say(`holds a picture, and a ${name} is a film`);
  return [];
}

function aloneMisfits({ media }: CheckedPart, { filmAlone }: Limits, who: string): Misfit[] {
  if (!filmAlone || media.length < 2 || media.every(isPicture)) return [];
  return [
    {
      at: 'media',
      message: `has a film or sound among ${media.length} files, and ${who} takes one by itself only`,
    },
  ];
}

function fileMisfits(
  media: CheckedFile,
  at: number,
  limits: Limits,
  { who, wishes, hosted }: CheckedFor,
): Misfit[] {
  const { alt, publicUrl } = media;
  const plan = planFit(media, limits, wishes, who);
  const found: Misfit[] = plan.do === 'refuse' ? plan.why.map((message) => ({ at, message })) : [];
  if (limits.altCharacters !== null && [...alt].length > limits.altCharacters)
    found.push({
      at,
      message: `has a description of ${[...alt].length} characters, and ${who} takes ${limits.altCharacters}`,
    });
  const isThere = publicUrl !== null && plan.do !== 'make';
  if (plan.do !== 'refuse' && !hosted && !isThere && wantsAddress(limits, media))
    found.push({ at, message: homeless(media) });
  return found;
}

function filmMisfits(
  { bytes, width, height, details }: CheckedFile,
  at: number,
  limits: Limits,
  who: string,
): Misfit[] {
  const found: Misfit[] = [];
  const say = (message: string) => found.push({ at, message });
  const { seconds, framesPerSecond: rate, streamable } = details;
  const { videoBytes, filmSeconds, framesPerSecond, filmPixels } = limits;
  if (videoBytes !== null && bytes > videoBytes)
    say(`has ${mebibytes(bytes)}, and ${who} takes ${mebibytes(videoBytes)}`);
  if (filmSeconds !== null && seconds !== null && !isWithin(seconds, filmSeconds, 0.05))
    say(`lasts ${seconds.toFixed(1)} s, and ${who} takes ${filmSeconds[0]} to ${filmSeconds[1]} s`);
  if (framesPerSecond !== null && rate !== null && !isWithin(rate, framesPerSecond, 0.5))
    say(
      `has ${rate.toFixed(1)} pictures a second, and ${who} takes ${framesPerSecond[0] === 0 ? 'up to' : `${framesPerSecond[0]} to`} ${framesPerSecond[1]}`,
    );
  if (filmPixels !== null && width !== null && height !== null && width * height > filmPixels)
    say(`has ${width} × ${height} pixels, and ${who} takes ${(filmPixels / 1e6).toFixed(1)} million in all`);
  if (limits.streamable && streamable === false)
    say(`has its index at its end, and ${who} wants it at the beginning (save it "for the web")`);
  return found;
}

function isPicture({ mime }: Pick<CheckedFile, 'mime'>): boolean {
  return mime.startsWith('image/');
}

/** Encoders miss a round number by a little. */
function isWithin(value: number, [least, most]: readonly [number, number], margin: number): boolean {
  return value >= least - margin && value <= most + margin;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
