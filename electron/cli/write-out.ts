import { open, rename, rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { BelfryError } from '../../shared/index.ts';
import type { Io } from './io.ts';

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
