// What a step hands over on its standard output: posts, one a line, or a JSON value at its end.
import { hash } from 'node:crypto';
import type { Clock } from '../../../shared/index.ts';
import type { TakePost } from '../deps.ts';

type PostLinesDeps = {
  clock: Pick<Clock, 'monotonic'>;
  take: TakePost;
  /** Beginning of every origin: the same for all tries of the step. */
  origin: string;
  /** A line was refused or skipped. */
  refused(text: string): void;
  /** Aborts when no more lines are to be taken. */
  signal: AbortSignal;
};

/** How the lines of a step ended. */
export type PostLinesEnd = {
  /** What was wrong, all lines together, as sentences; null when nothing was. */
  problem: string | null;
  /** Lines that repeat what an account has, and were not added, or not for that account. */
  skipped: number;
  /** Lines that were taken or refused before the step was stopped. */
  lines: number;
  /** Lines that were printed and neither taken nor refused, because the step was stopped. */
  missed: number;
};

/** The posts that a step with `"output": "posts"` prints on its standard output, one a line. */
export type PostLines = {
  write(text: string): void;
  /** What to wait for before reading on. */
  pressure(): Promise<void> | undefined;
  /** Resolves when all lines were taken, or the step was stopped. */
  end(): Promise<PostLinesEnd>;
};

const longestLine = 1024 * 1024;
/** When more lines or characters than this wait, the command has to wait. */
const mostWaiting = 100;
const mostCharacters = longestLine;
/** Other work of the event loop gets its turn after this long, in milliseconds. */
const slice = 5;
/** Refused lines that are named in the output and in the reason; of the others the output lists the numbers. */
const mostReported = 20;
const mostInReason = 5;
const longestProblem = 300;
const mostRanges = 20;

/** Takes the lines in order, a slice of time at a time; a bad line does not hold up the later ones. */
export function createPostLines(deps: PostLinesDeps): PostLines {
  const { clock, signal } = deps;
  const stored = createCounts();
  const reported: string[] = [];
  const unreported = createRanges();
  let skipped = 0;
  let rest = '';
  let waiting: string[] = [];
  let left = 0;
  let size = 0;
  let number = 0;
  let work: Promise<void> | undefined;
  /** When the event loop last had its turn; lines may come again before the next. */
  let since = clock.monotonic();

  async function takeAll(): Promise<void> {
    while (waiting.length > 0) {
      const lines = waiting;
      waiting = [];
      for (const line of lines) {
        if (signal.aborted) return;
        number += 1;
        const problem = await take(line.trim()).catch(storeProblem);
        if (problem !== null) refuse(`Line ${number} ${problem}`);
        left -= 1;
        size -= line.length;
        if (clock.monotonic() - since < slice) continue;
        await new Promise((resolve) => setImmediate(resolve));
        since = clock.monotonic();
      }
    }
    work = undefined;
  }

  /** Null, or what is wrong with a line. */
  async function take(line: string): Promise<string | null> {
    if (line === '') return null;
    if (line.length > longestLine) return `is no post: it has more than ${longestLine} characters`;
    // Most often the log of a program, with many lines: refused without parsing.
    if (!line.startsWith('{'))
      return 'is no post: it is not a JSON object such as {"text": "…", "accounts": ["…"]}';
    const content = hash('sha256', line, 'hex').slice(0, 32);
    const found = await deps.take(line, originOf(content));
    if ('skipped' in found ? found.stored : found.length === 0) stored.add(content);
    if ('skipped' in found) skip(found.skipped);
    if ('skipped' in found || found.length === 0) return null;
    return `is no post: ${found.map(({ field, message }) => `${field} ${message}`.trim()).join('; ')}`;
  }

  function refuse(text: string): void {
    if (reported.length >= mostReported) {
      unreported.add(number);
      return;
    }
    reported.push(short(text));
    deps.refused(short(text));
  }

  function skip(why: string): void {
    skipped += 1;
    if (skipped <= mostReported) deps.refused(short(`Line ${number} ${why}`));
  }

  /**
   * By content, not by position: a retry may print fewer lines, and those it repeats must not be added again. Equal lines
   * are numbered by how many were stored, so that refused ones need not be remembered.
   */
  function originOf(content: string): string {
    return `${deps.origin}/${content}/${stored.of(content) + 1}`;
  }

  function add(line: string): void {
    left += 1;
    if (signal.aborted) return;
    waiting.push(line);
    size += line.length;
  }

  function problem(): string | null {
    if (reported.length === 0) return null;
    const shown = reported.slice(0, mostInReason).join('; ');
    const more = reported.length + unreported.count() - mostInReason;
    return more > 0 ? `${shown}; and ${more} more lines.` : `${shown}.`;
  }

  return {
    write(text) {
      let from = 0;
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
        add(rest + text.slice(from, at));
        rest = '';
        from = at + 1;
      }
      // Of an overlong line just enough is kept to recognize it as such.
      if (rest.length <= longestLine) rest += text.slice(from, from + longestLine + 1);
      if (waiting.length > 0) work ??= takeAll();
    },
    pressure: () => (!signal.aborted && (left > mostWaiting || size > mostCharacters) ? work : undefined),
    async end() {
      if (rest !== '') add(rest);
      rest = '';
      await (work ?? takeAll());
      if (unreported.count() > 0)
        deps.refused(`${unreported.count()} more lines are no posts: ${unreported.text()}`);
      if (skipped > mostReported)
        deps.refused(`${skipped - mostReported} more lines repeat what is there already`);
      return { problem: problem(), skipped, lines: number, missed: left };
    },
  };
}

function short(text: string): string {
  return text.length > longestProblem ? `${text.slice(0, longestProblem)}…` : text;
}

function storeProblem(error: unknown): string {
  return `could not be stored: ${error instanceof Error ? error.message : String(error)}`;
}

/** How often each hexadecimal digest came. In many small maps: one that grows is copied, and a large one for a tenth of a second. */
function createCounts() {
  const maps = new Map<string, Map<string, number>>();
  const of = (digest: string) => maps.get(digest.slice(0, 2))?.get(digest) ?? 0;
  return {
    of,
    add(digest: string): void {
      const part = digest.slice(0, 2);
      const map = maps.get(part) ?? new Map<string, number>();
      maps.set(part, map.set(digest, of(digest) + 1));
    },
  };
}

/** Rising numbers as text, such as `3, 7–12, 20 …`. */
function createRanges() {
  const ranges: { first: number; last: number }[] = [];
  let count = 0;
  let unnamed = false;
  return {
    count: () => count,
    add(number: number): void {
      count += 1;
      const open = ranges.at(-1);
      if (open && open.last === number - 1 && !unnamed) open.last = number;
      else if (ranges.length < mostRanges) ranges.push({ first: number, last: number });
      else unnamed = true;
    },
    text: () =>
      ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}–${last}`)).join(', ') +
      (unnamed ? ' …' : ''),
  };
}

/** The JSON value that a step with `"output": "json"` prints last. */
export type JsonResult = {
  write(text: string): void;
  /** The value as compact JSON, or a sentence that says why there is none. */
  take(): { value: string } | { problem: string };
};

/** Characters of a result: it is passed on in an environment variable, of which Linux takes 128 KiB. */
const longest = 64 * 1024;
/** Pretty-printed JSON is longer than its value. */
const kept = 8 * longest;

/** The last JSON value of a text: all of it, or its last line, or what follows from a line that begins with a bracket. */
export function createJsonResult(): JsonResult {
  let text = '';
  return {
    write(piece) {
      text += piece;
      if (text.length > 2 * kept) text = text.slice(-kept);
    },
    take() {
      const value = lastJson(text.trim());
      if (value === undefined) return { problem: 'It printed no JSON value at its end.' };
      if (value.length <= longest) return { value };
      return { problem: `Its result has ${value.length} characters; at most ${longest} can be handed on.` };
    },
  };
}

function lastJson(text: string): string | undefined {
  const opening = openingOf(text);
  const starts = [0, text.lastIndexOf('\n') + 1, ...(opening === undefined ? [] : [opening])];
  for (const start of starts) {
    const value = compact(text.slice(start));
    if (value !== undefined) return value;
  }
  return undefined;
}

/**
 * Where the value at the end of a text begins, if it begins a line: an unindented bracket begins a pretty-printed value.
 * Brackets are matched from the end on, so that only one position is tried however many lines begin with a bracket.
 */
function openingOf(text: string): number | undefined {
  let depth = 0;
  for (let at = text.length - 1; at >= 0; at -= 1) {
    const character = text[at];
    if (character === '"') at = quoteBefore(text, at);
    else if (character === ']' || character === '}') depth += 1;
    else if (character === '[' || character === '{') depth -= 1;
    if (depth <= 0) return depth === 0 && (at === 0 || text[at - 1] === '\n') ? at : undefined;
  }
  return undefined;
}

/** Where the string that ends with the quote at `end` begins; -1 when nowhere. */
function quoteBefore(text: string, end: number): number {
  let at = end > 0 ? text.lastIndexOf('"', end - 1) : -1;
  while (at > 0) {
    let slashes = 0;
    while (text[at - 1 - slashes] === '\\') slashes += 1;
    if (slashes % 2 === 0) break;
    at = text.lastIndexOf('"', at - 1);
  }
  return at;
}

function compact(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return undefined; // JSON.parse has no other way to say that a text is no JSON.
  }
}
