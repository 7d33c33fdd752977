import type { Poll } from '../../shared/index.ts';
import type { Draft, DraftMedia, FormatLimits, Limits, PollLimits } from '../networks/index.ts';
import { type FitWishes, planFit } from './media/plan-fit.ts';
import type { PublisherAccount, PublisherSettings } from './ports.ts';
import { filmErrors } from './validate-film.ts';
import { anyOf, counted, lengthOf, orPost } from './words.ts';

/** Why a part does not fit a network: the thing at fault (`text`, `visibility`, `media`, `poll` or one of its files), what is wrong with it, and what to do. */
export type ValidationError = {
  at: 'text' | 'contentWarning' | 'visibility' | 'media' | 'poll' | number;
  message: string;
  /** It is about the post as a whole, and the same for each of its parts. */
  whole?: true;
};

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
  /** Name of the network or server in messages. */
  who: string;
  wishes: FitWishes;
  /** Something lends an address to files that have none. */
  hosted: boolean;
};

/** Everything about one part that a server or network would refuse, or would show to a wider audience than intended; pure. */
export function validate(part: CheckedPart, given: Limits, target: CheckedFor): ValidationError[] {
  const { who } = target;
  const format = part.comment ? 'post' : part.format;
  const limits = limitsFor(given, { format });
  return [
    ...textErrors(part, limits, who),
    ...(format === 'post' ? [] : formatErrors(part, given.formats[format], format, who)),
    ...(part.poll === null ? [] : pollErrors(part, part.poll, limits, who)),
    ...combinationErrors(part, limits, who),
    ...part.media.flatMap((media, index) => {
      const at = media.place ?? index;
      const film = isPicture(media) ? [] : filmErrors(media, limits, who);
      return [...fileErrors(media, at, limits, target), ...film.map((message) => ({ at, message }))];
    }),
  ];
}

function textErrors(part: CheckedPart, limits: Limits, who: string): ValidationError[] {
  const found: ValidationError[] = [];
  const length = limits.count(part.text, part.contentWarning);
  const what = part.comment ? 'the comment' : part.part > 0 ? 'this part' : 'the text';
  if (limits.characters !== null && length > limits.characters)
    found.push({
      at: 'text',
      message: `has ${length} characters as ${who} counts them, which takes ${limits.characters}; shorten ${what} by ${counted(length - limits.characters, 'character')}`,
    });
  found.push(...warningErrors(part, limits, who), ...tagErrors(part, limits, who, what));
  if (part.comment && !limits.comments)
    found.push({
      at: 'text',
      message: `is a first comment, and ${who} has none; leave it out for this account, or put it into the text`,
    });
  if (part.part > 0 && !part.comment && !limits.thread)
    found.push({
      at: 'text',
      message: `continues a thread, and ${who} has none; leave the thread out for this account`,
      whole: true,
    });
  if (part.part === 0 && part.media.length === 0 && !limits.textOnly)
    found.push({
      at: 'media',
      message: `is empty, and ${who} takes no text alone; add a picture or a film, or leave this account out`,
    });
  if (limits.media !== null && part.media.length > limits.media)
    found.push({
      at: 'media',
      message: `has ${part.media.length} files, and ${who} takes ${limits.media}; remove ${filesWord(part.media, part.media.length - limits.media)}`,
    });
  if (!limits.visibilities.includes(part.visibility))
    found.push({
      at: 'visibility',
      message: `is "${part.visibility}", and ${who} has only ${limits.visibilities.join(', ')}; choose ${anyOf(limits.visibilities)} for this account, or leave the account out`,
      whole: true,
    });
  return found;
}

/** A warning that has a limit of its own; it is the same for all parts. */
function warningErrors(
  part: CheckedPart,
  { warningCharacters: most }: Limits,
  who: string,
): ValidationError[] {
  const length = [...(part.contentWarning ?? '')].length;
  if (most === null || length <= most) return [];
  return [
    {
      at: 'contentWarning',
      message: `has ${length} characters, and ${who} takes ${most}; shorten the warning by ${counted(length - most, 'character')}`,
      whole: true,
    },
  ];
}

const hashtag = /(?<![\p{L}\p{N}_&/])[#＃][\p{L}\p{N}_]*\p{L}[\p{L}\p{N}_]*/gu;
const mention = /(?<![\p{L}\p{N}_.@/])@[\p{L}\p{N}_][\p{L}\p{N}_.]*/gu;

function tagErrors({ text }: CheckedPart, limits: Limits, who: string, what: string): ValidationError[] {
  const some = [
    { most: limits.hashtags, count: text.match(hashtag)?.length ?? 0, name: 'hashtag' },
    { most: limits.mentions, count: text.match(mention)?.length ?? 0, name: 'mention' },
  ];
  return some.flatMap(({ most, count, name }): ValidationError[] =>
    most === null || count <= most
      ? []
      : [
          {
            at: 'text',
            message: `has ${count} ${name}s, and ${who} takes ${most}; take ${counted(count - most, name)} out of ${what}`,
          },
        ],
  );
}

function pollErrors(part: CheckedPart, poll: Poll, limits: Limits, who: string): ValidationError[] {
  const { polls } = limits;
  const found: ValidationError[] = [];
  const say = (message: string) => found.push({ at: 'poll', message });
  if (polls === null) {
    say(`cannot be shown, since ${who} has no polls; leave it out for this account`);
    return found;
  }
  const { options } = poll;
  if (part.media.length > 0)
    say(`stands beside files, which ${who} does not take together; remove the poll or the files`);
  if (options.length > polls.options)
    say(
      `has ${options.length} options, and ${who} takes ${polls.options}; remove ${counted(options.length - polls.options, 'option')}`,
    );
  const lengths = options.map((option) => limits.countOption(option));
  const long = lengths.flatMap((length, index) => (length > polls.characters ? [index + 1] : []));
  const longest = Math.max(...lengths);
  if (long.length > 0)
    say(
      `has an option of ${longest} characters, and ${who} takes ${polls.characters}; shorten ${long.length === 1 ? `option ${long[0]} by ${counted(longest - polls.characters, 'character')}` : `options ${long.join(', ')} to ${counted(polls.characters, 'character')}`}`,
    );
  const length = pollLength(poll.durationSeconds, polls, who);
  if (length !== null) say(length);
  return found;
}

function pollLength(seconds: number, { least, most }: PollLimits, who: string): string | null {
  if (seconds >= least && seconds <= most) return null;
  const way =
    seconds < least ? `let it last at least ${lengthOf(least)}` : `let it last ${lengthOf(most)} at most`;
  return `lasts ${lengthOf(seconds)}, and ${who} takes ${lengthOf(least)} to ${lengthOf(most)}; ${way}`;
}

function formatErrors(
  { media, part }: CheckedPart,
  format: FormatLimits | undefined,
  name: string,
  who: string,
): ValidationError[] {
  const say = (message: string, whole?: true): ValidationError[] => [
    { at: 'media', message, ...(whole ? { whole } : {}) },
  ];
  if (format === undefined) return say(`is to be a ${name}, and ${who} has none; ${orPost}`, true);
  const [least, most] = format.files;
  if (part > 0)
    return say(
      `is to be a ${name}, which has no thread; leave the thread out for this account, or ${orPost}`,
      true,
    );
  if (media.length < least || media.length > most) {
    const way =
      media.length < least
        ? `add ${counted(least - media.length, 'file')}`
        : `remove ${filesWord(media, media.length - most)}`;
    return say(
      `has ${counted(media.length, 'file')}, and a ${name} has ${least === most ? `exactly ${least}` : `${least} to ${most}`}; ${way}, or ${orPost}`,
    );
  }
  if (!format.pictures && media.some(isPicture))
    return say(`holds a picture, and a ${name} is a film; take a film instead, or ${orPost}`);
  return [];
}

function combinationErrors({ media }: CheckedPart, { filmAlone }: Limits, who: string): ValidationError[] {
  if (!filmAlone || media.length < 2 || media.every(isPicture)) return [];
  return [
    {
      at: 'media',
      message: `has a film or sound among ${media.length} files, and ${who} takes one by itself only; remove it, or remove the others`,
    },
  ];
}

/** `2 pictures` where all files are of this kind, else `2 files`. */
function filesWord(media: readonly CheckedFile[], count: number): string {
  if (media.every(isPicture)) return counted(count, 'picture');
  return counted(count, media.some(isPicture) ? 'file' : 'film');
}

function fileErrors(
  media: CheckedFile,
  at: number,
  limits: Limits,
  { who, wishes, hosted }: CheckedFor,
): ValidationError[] {
  const { alt, publicUrl } = media;
  const plan = planFit(media, limits, wishes, who);
  const found: ValidationError[] = plan.do === 'refuse' ? plan.why.map((message) => ({ at, message })) : [];
  const length = limits.countAlt(alt);
  if (limits.altCharacters !== null && length > limits.altCharacters)
    found.push({
      at,
      message: `has a description of ${length} characters, and ${who} takes ${limits.altCharacters}; shorten the description by ${counted(length - limits.altCharacters, 'character')}`,
    });
  const isThere = publicUrl !== null && plan.do !== 'make';
  if (plan.do !== 'refuse' && !hosted && !isThere && wantsAddress(limits, media))
    found.push({ at, message: homeless(media) });
  return found;
}

function isPicture({ mime }: Pick<CheckedFile, 'mime'>): boolean {
  return mime.startsWith('image/');
}

/** Limits of the format that a draft is to have; pure. */
export function limitsFor(limits: Limits, { format }: Pick<Draft, 'format'>): Limits {
  const own = limits.formats[format];
  return own === undefined ? limits : { ...limits, ...own };
}

/** Whether the network fetches a file from a public address. */
export function wantsAddress(
  { fetches }: Pick<Limits, 'fetches'>,
  { mime }: Pick<DraftMedia, 'mime'>,
): boolean {
  return fetches === 'everything' || (fetches === 'pictures' && mime.startsWith('image/'));
}

/** Why a file without an address cannot go out, and what to do. */
export function homeless({ publicUrl }: Pick<DraftMedia, 'publicUrl'>): string {
  const what =
    publicUrl === null ? 'has no public address' : 'has to be changed, and stands unchanged at its address';
  return `${what}, which Instagram fetches it from; give its "url", or choose once where Belfry puts such files: belfry accounts media`;
}

/** How the user wants pictures fitted to an account's limits. */
export function wishesOf(
  { media }: Pick<PublisherAccount, 'media'>,
  { mediaFit, stripLocation }: Pick<PublisherSettings, 'mediaFit' | 'stripLocation'>,
): FitWishes {
  return { fit: media?.fit ?? mediaFit, stripLocation };
}
