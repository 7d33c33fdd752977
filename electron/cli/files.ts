import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { BelfryError, check, type Problem, parse, problemsError, utf8Text } from '../../shared/index.ts';
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
