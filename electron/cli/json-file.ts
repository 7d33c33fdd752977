import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { BelfryError, problemsError, utf8Text } from '../../shared/index.ts';
import { parseJsonText } from '../store/index.ts';
import type { Io } from './io.ts';

/** A parsed file, and the folder that relative paths inside it are meant from. */
export type JsonFile = { value: unknown; name: string; folder: string };

/** What a file holds; `where` names it in errors. */
export type BytesFile = { bytes: Uint8Array; where: string; folder: string };

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
