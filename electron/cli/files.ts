import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import {
  BelfryError,
  check,
  notUtf8,
  type Problem,
  parse,
  problemsError,
  readUtf8,
  utf8Text,
} from '../../shared/index.ts';
import { parseJsonText } from '../store/index.ts';
import type { Io } from './context.ts';

/** A parsed file, and the folder that relative paths inside it are meant from. */
type JsonFile = { value: unknown; name: string; folder: string };

/** What a file holds; `where` names it in errors. */
type BytesFile = { bytes: Uint8Array; where: string; folder: string };

/** A file's text; `where` names it in errors. */
export type TextFile = { text: string; where: string; folder: string };

/** Reads a file, or standard input for `-`. Throws NOT_FOUND, or BAD_INPUT when it cannot be read. */
export async function readBytesFile(io: Io, name: string): Promise<BytesFile> {
  if (name === '-') return { bytes: await io.readInput(), where: 'standard input', folder: io.folder };
  const path = resolve(io.folder, name);
  const bytes = await readFile(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  return { bytes, where: path, folder: dirname(path) };
}

/** The same as text; throws BAD_INPUT with line and byte for what is not UTF-8. */
export async function readTextFile(io: Io, name: string): Promise<TextFile> {
  const { bytes, where, folder } = await readBytesFile(io, name);
  return { text: utf8Text(bytes, where), where, folder };
}

/** Reads JSON from a file, or from standard input for `-`. Throws NOT_FOUND, or BAD_INPUT with line and column. */
export async function readJsonFile(io: Io, name: string): Promise<JsonFile> {
  const { text, where, folder } = await readTextFile(io, name);
  return { value: parseJson(text, where), name, folder };
}

/** Parses JSON; throws BAD_INPUT with line and column of every mistake. */
export function parseJson(text: string, where: string): unknown {
  const reading = parseJsonText(text);
  if (reading.ok) return reading.value;
  throw problemsError(reading.problems, where);
}

function unreadable(path: string, cause: unknown): BelfryError {
  const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
  return new BelfryError({
    code: missing ? 'NOT_FOUND' : 'BAD_INPUT',
    what: missing ? 'There is no such file' : 'The file cannot be read',
    where: path,
    why: missing ? 'Nothing has this name' : cause instanceof Error ? cause.message : String(cause),
    remedy: 'Name another file, or - for standard input',
    cause,
  });
}

/**
 * One value or a list of them, each checked; throws BAD_INPUT with the problems of all, fields as `[2].name` in a list.
 * `more` finds in a list what a schema cannot.
 */
export function parseMany<S extends z.ZodType>(
  schema: S,
  { value, name }: JsonFile,
  more: (values: z.output<S>[]) => Problem[] = () => [],
): z.output<S>[] {
  const where = name === '-' ? 'standard input' : name;
  if (!Array.isArray(value)) return [parse(schema, value, where)];
  const results = value.map((entry) => check(schema, entry));
  const problems = results.flatMap((result, i) => (result.ok ? [] : result.problems.map(inList(i))));
  if (problems.length > 0) throw problemsError(problems, where);
  const values = results.flatMap((result) => (result.ok ? [result.value] : []));
  const further = more(values);
  if (further.length > 0) throw problemsError(further, where);
  return values;
}

/**
 * Adds one after the other. Should one be refused after others were added, a remark says how far it came:
 * the engine takes them one at a time.
 */
export async function addEach<T, V extends { id: string }>(
  io: Io,
  items: readonly T[],
  add: (item: T) => Promise<V>,
): Promise<V[]> {
  const added: V[] = [];
  try {
    for (const item of items) added.push(await add(item));
  } catch (error) {
    if (added.length > 0) {
      const ids = added.map(({ id }) => id).join(', ');
      io.err(`Added before this (${added.length} of ${items.length}): ${ids}\n`);
    }
    throw error;
  }
  return added;
}

/** A problem of one entry as a problem of the list. */
export function inList(index: number): (problem: Problem) => Problem {
  return ({ field, message }) => ({
    field: field === '' || field.startsWith('[') ? `[${index}]${field}` : `[${index}].${field}`,
    message,
  });
}

/**
 * Writes a long text piece by piece to a file, or to standard output for `-`; gives the file's path, or null. A file
 * appears whole or not at all: an older one of the name stays until the new one is complete. Throws BAD_INPUT.
 */
export async function writeOut(io: Io, name: string, pieces: AsyncIterable<string>): Promise<string | null> {
  if (name === '-') {
    for await (const piece of pieces) {
      io.out(piece);
      await io.taken();
    }
    return null;
  }
  const path = resolve(io.folder, name);
  // A pipe or a device must not be replaced by a file.
  const part = (await isSpecial(path)) ? path : `${path}.part`;
  try {
    await writeFile(part, pieces, path);
    if (part !== path) await trying(path, () => rename(part, path));
  } catch (error) {
    if (part !== path) await rm(part, { force: true });
    throw error;
  }
  return path;
}

async function writeFile(part: string, pieces: AsyncIterable<string>, path: string): Promise<void> {
  const file = await trying(path, () => open(part, 'w'));
  try {
    for await (const piece of pieces) await trying(path, () => file.writeFile(piece));
  } finally {
    await file.close();
  }
}

async function isSpecial(path: string): Promise<boolean> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw unwritable(path, 'It is a folder');
    return !found.isFile();
  } catch (error) {
    if (error instanceof BelfryError) throw error;
    return false; // There is nothing yet, or opening it will say what is wrong.
  }
}

async function trying<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw unwritable(path, error instanceof Error ? error.message : String(error), error);
  }
}

function unwritable(path: string, why: string, cause?: unknown): BelfryError {
  return new BelfryError({
    code: 'BAD_INPUT',
    what: 'The file cannot be written',
    where: path,
    why,
    remedy: 'Name another file with --output, or - for standard output',
    cause,
  });
}

/** A file's text, and the encoding that it was taken for; `guessed` when nothing in the file says so for sure. */
export type Decoded = { text: string; encoding: string; guessed: boolean };

/** 0x80 to 0x9F of Windows-1252; below and above it is Latin-1 (https://encoding.spec.whatwg.org/#windows-1252). */
const windows = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
const isLetter = /\p{L}/u;
const foreignWord = /(?:(?![\0-\x7f])\p{L}){3,}/gu;
const isPunctuation = /[“”‘’„‚–—…•€£§°«»‹›¿¡©®™´·½¼¾²³\u00a0]/u;
/** Bytes from the start by which UTF-16 without a mark is recognized: every other one is 0 in the scripts of Europe. */
const looked = 2000;

/**
 * The text of a file of posts: by `given` (a label of the WHATWG Encoding Standard), else by its byte order mark, else as
 * UTF-8, and a table otherwise as what Excel writes on Windows or on an old Mac. Throws BAD_INPUT for what none of
 * these fits: no byte ever becomes U+FFFD.
 */
export function decodeFile(
  bytes: Uint8Array,
  where: string,
  { given, isTable }: { given?: string | undefined; isTable: boolean },
): Decoded {
  if (given !== undefined) return { text: decodeAs(bytes, given, where), encoding: given, guessed: false };
  const wide = wideLabel(bytes);
  if (wide !== undefined)
    return { text: decodeAs(bytes, wide, where), encoding: wide.toUpperCase(), guessed: false };
  const reading = readUtf8(bytes);
  if (reading.ok) return { text: unmarked(reading.text), encoding: 'UTF-8', guessed: false };
  const guess = isTable ? oneByteGuess(bytes) : undefined;
  if (guess) return { ...guess, guessed: true };
  const error = notUtf8(bytes, reading, where);
  // JSON is UTF-8 (RFC 8259 §8.1): guessing, or another label, would only hide what made it.
  if (!isTable) throw error;
  throw new BelfryError({
    code: 'BAD_INPUT',
    what: 'The encoding of the file cannot be determined',
    where: `in ${where}`,
    why: `It is not UTF-8 (${error.details?.[0]?.message ?? ''}), and neither Windows-1252 nor Mac Roman fits`,
    remedy: 'Save it as UTF-8, or name its encoding, such as --encoding windows-1250; nothing was changed',
    ...(error.details ? { details: error.details } : {}),
  });
}

function decodeAs(bytes: Uint8Array, label: string, where: string): string {
  try {
    return unmarked(new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    const isUnknown = cause instanceof RangeError;
    throw new BelfryError({
      code: 'BAD_INPUT',
      what: isUnknown ? `There is no encoding "${label}"` : `The file is not in the encoding "${label}"`,
      where: isUnknown ? 'in the option --encoding' : `in ${where}`,
      why: isUnknown
        ? 'Names are those of the WHATWG Encoding Standard'
        : 'Some of its bytes mean nothing there',
      remedy: 'Use a name such as utf-8, utf-16le, windows-1252, windows-1250 or macintosh',
      cause,
    });
  }
}

function unmarked(text: string): string {
  return text.replace(/^\uFEFF/, '');
}

/** UTF-16, as Excel's "Unicode text" is; by its mark, or by the zeros in it. */
function wideLabel(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const head = bytes.subarray(0, looked);
  const zeros = [0, 0];
  for (const [index, byte] of head.entries()) if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (odd * 4 > head.length && even === 0) return 'utf-16le';
  return even * 4 > head.length && odd === 0 ? 'utf-16be' : undefined;
}

/** The better of the two encodings of one byte per character in which Excel writes; undefined when neither reads like text. */
function oneByteGuess(bytes: Uint8Array): { text: string; encoding: string } | undefined {
  const latin = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const asWindows = latin.replace(/[\u0080-\u009f]/g, (char) => windows[char.charCodeAt(0) - 0x80] ?? char);
  const asMac = new TextDecoder('macintosh').decode(bytes);
  const [onWindows, onMac] = [plausibility(asWindows), plausibility(asMac)];
  // Only an old Mac ends lines with a carriage return alone.
  const isMac = onMac > onWindows || (onMac === onWindows && /\r(?!\n)/.test(latin) && !latin.includes('\n'));
  if (Math.max(onWindows, onMac) < 0.5) return undefined;
  return isMac ? { text: asMac, encoding: 'Mac Roman' } : { text: asWindows, encoding: 'Windows-1252' };
}

/** How much a text reads like a language of Western Europe, up to 2; whole words of foreign letters are another script. */
function plausibility(text: string): number {
  let [points, count, foreign] = [0, 0, 0];
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    const isOwn = isLetter.test(char);
    if (char < '\u0080') continue;
    const [before, after] = [text.charAt(at - 1), text.charAt(at + 1)];
    const within = [isLetter.test(before), isLetter.test(after)];
    count += 1;
    if (isOwn) {
      foreign += 1;
      const isOdd = before !== before.toUpperCase() && char !== char.toLowerCase();
      points += isOdd ? -1 : within.includes(true) ? 2 : 1;
    } else if (isPunctuation.test(char)) points += within.every(Boolean) && char !== '’' ? -1 : 1;
    else points -= 2;
  }
  const inWords = (text.match(foreignWord) ?? []).join('').length;
  if (count === 0 || inWords * 2 > foreign) return 0;
  return points / count;
}
