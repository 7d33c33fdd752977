import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { MediaInput, Problem } from '../../../shared/index.ts';
import type { StoredMedia } from '../ports.ts';
import { sniff, sniffBytes } from './sniff.ts';

/** Larger than any network takes; keeps a mistyped path from filling the disk. */
const mostBytes = 2 * 1024 ** 3;
const chunk = 1024 * 1024;

export type Taken = { kind: 'taken'; media: StoredMedia } | { kind: 'problem'; problem: Problem };

/**
 * Checks one file and copies it into the home folder, so that moving or changing it later loses nothing.
 * The copy is on disk, whole, before the result says so. `field` names the file in problems.
 */
export async function takeMedia(
  input: MediaInput,
  place: { part: number; position: number; field: string },
  to: { folder: string; id: string },
): Promise<Taken> {
  const problem = (message: string): Taken => ({ kind: 'problem', problem: { field: place.field, message } });
  const source = await openFile(input.path);
  if (typeof source === 'string') return problem(source);
  try {
    const found = await source.stat();
    if (!found.isFile()) return problem(`${input.path} is not a regular file`);
    if (found.size === 0) return problem(`${input.path} is empty`);
    if (found.size > mostBytes) return problem(`${input.path} is larger than 2 GiB`);
    const head = new Uint8Array(sniffBytes);
    await source.read(head, 0, sniffBytes, 0);
    const mime = sniff(head);
    if (mime === undefined)
      return problem(`${input.path} is no picture, film or sound that Belfry knows, whatever its name says`);
    const copy = await copyWhole(source, found.size, to);
    if (copy === undefined) return problem(`${input.path} changed while it was being copied`);
    const { part, position } = place;
    const { alt, focus = null, url: publicUrl = null } = input;
    const name = basename(input.path);
    return {
      kind: 'taken',
      media: {
        id: to.id,
        part,
        position,
        file: to.id,
        name,
        mime,
        bytes: found.size,
        sha256: copy,
        alt,
        focus,
        publicUrl,
      },
    };
  } finally {
    await source.close();
  }
}

/** Opens without blocking: a FIFO that nobody writes to would hold an ordinary open for ever. */
async function openFile(path: string): Promise<FileHandle | string> {
  try {
    return await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT' || code === 'ENOTDIR') return `${path} does not exist`;
    return `${path} cannot be read (${code || String(error)})`;
  }
}

/** Copies piece by piece; the SHA-256 of the copy, or undefined when it is not as long as it should be. */
async function copyWhole(
  source: FileHandle,
  bytes: number,
  to: { folder: string; id: string },
): Promise<string | undefined> {
  await mkdir(to.folder, { recursive: true, mode: 0o700 });
  const path = join(to.folder, to.id);
  const half = `${path}.part`;
  const target = await open(half, 'wx', 0o600);
  const hash = createHash('sha256');
  const buffer = new Uint8Array(Math.min(chunk, bytes));
  let copied = 0;
  try {
    for (;;) {
      const { bytesRead } = await source.read(buffer, 0, buffer.byteLength, copied);
      if (bytesRead === 0 || copied + bytesRead > bytes) break;
      const piece = buffer.subarray(0, bytesRead);
      hash.update(piece);
      await target.writeFile(piece);
      copied += bytesRead;
    }
    await target.sync();
  } finally {
    await target.close();
  }
  if (copied !== bytes) {
    await rm(half, { force: true });
    return undefined;
  }
  await rename(half, path);
  return hash.digest('hex');
}
