import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BelfryError, type ErrorCode, heldMediaId, type MediaLook } from '../../../shared/index.ts';
import type { StoredMedia } from '../ports.ts';
import { dimensionBytes, dimensions, isMeasured, sniff } from './facts.ts';
import { readerOf } from './file-reader.ts';
import { realPathWithin } from './inspect.ts';
import type { Workshop } from './workshop/index.ts';

/** A file of a post that may be shown, found by the path that a post names it by. */
export type ShownFile = {
  /** Where it is read from. */
  path: string;
  name: string;
  /** What errors call it. */
  given: string;
  /** Another content has another key: 32 characters. */
  key: string;
  /** What it is, where that is stored; such a file need not be there any more. */
  held: StoredMedia | undefined;
};

export type ShownFileDeps = {
  /** A file that Belfry holds, by its id. */
  held(id: string): Promise<StoredMedia | undefined>;
  mediaFolder: string;
  /** Folders that media may come from; null = any. */
  folders(): readonly string[] | null;
};

/** What is said of a file: by its content, without whether it can be shown. */
export type SeenFacts = Omit<MediaLook, 'thumbnail' | 'problem' | 'name'>;

/** Finds a file by its path, or by `media:ID`. Throws NOT_FOUND, and NOT_ALLOWED where a post could not name it either. */
export async function findFile(deps: ShownFileDeps, path: string): Promise<ShownFile> {
  const id = heldMediaId(path);
  if (id !== undefined) {
    const held = await deps.held(id);
    if (!held) throw fileError('NOT_FOUND', path, ['There is no such file', 'Belfry holds none of this id']);
    const { file, name, sha256 } = held;
    return { path: join(deps.mediaFolder, file), name, given: name, key: keyOf(sha256), held };
  }
  const allowed = await realPathWithin(path, deps.folders());
  if (typeof allowed === 'string')
    throw fileError('NOT_ALLOWED', path, [
      'The file may not be used',
      'It lies outside the folders that media may come from (setting mediaFolders)',
      'Move it there, or add its folder',
    ]);
  const handle = await openFile(allowed.path, path);
  try {
    const key = keyOf(allowed.path, stateOf(await handle.stat()));
    return { path: allowed.path, name: basename(path), given: path, key, held: undefined };
  } finally {
    await handle.close();
  }
}

/** Whether the file is still the one that was found. Throws NOT_FOUND when it is gone. */
export async function isUnchanged({ path, given, key, held }: ShownFile): Promise<boolean> {
  const handle = await openFile(path, given);
  try {
    // Copies in the home are never written again.
    return held !== undefined || keyOf(path, stateOf(await handle.stat())) === key;
  } finally {
    await handle.close();
  }
}

/** What a file is. Throws NOT_FOUND and BAD_INPUT. */
export async function seeFile(
  { path, given, held }: Pick<ShownFile, 'path' | 'given' | 'held'>,
  workshop: Pick<Workshop, 'measure'>,
): Promise<SeenFacts> {
  if (held) {
    const { mime, bytes, width, height, details } = held;
    return { mime, bytes, width, height, seconds: details?.seconds ?? null };
  }
  const handle = await openFile(path, given);
  try {
    const { size } = await handle.stat();
    const head = await readerOf(handle, size).read(0, dimensionBytes);
    const mime = sniff(head);
    if (mime === undefined) throw notMedia(given);
    if (mime.startsWith('image/')) {
      const { width = null, height = null } = dimensions(head) ?? {};
      if (width === null && isMeasured(mime)) throw damaged(given, 'Its width and height cannot be read');
      return { mime, bytes: size, width, height, seconds: null };
    }
    const measured = await workshop.measure(path);
    const { width = null, height = null, seconds = null } = measured.ok ? measured.value : {};
    return { mime, bytes: size, width, height, seconds };
  } finally {
    await handle.close();
  }
}

function keyOf(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32);
}

function stateOf({ size, mtimeMs, ino }: Stats): string {
  return `${size} ${mtimeMs} ${ino}`;
}

/** Opens a regular file without blocking: a FIFO without a writer would block an ordinary open for ever. */
async function openFile(path: string, name: string): Promise<FileHandle> {
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw fileError('NOT_FOUND', name, [
        'The file is gone',
        'It was moved, renamed or deleted',
        'Put it back, or choose another file',
      ]);
    throw fileError('BAD_INPUT', name, [
      'The file cannot be read',
      `The system says ${code}`,
      'Check the rights to it, or use a copy',
    ]);
  }
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw fileError('BAD_INPUT', name, ['This is no file', 'It is a folder or a device', 'Choose a file']);
}

/** The file's content is none that goes into posts. */
export function notMedia(name: string): BelfryError {
  return fileError('BAD_INPUT', name, [
    'This is no picture, film or sound',
    'Its content is of no type that Belfry knows, whatever its name says',
    'Convert it to JPEG, PNG or MP4',
  ]);
}

export function damaged(name: string, why: string): BelfryError {
  return fileError('BAD_INPUT', name, ['The file is damaged', why, 'Download or export it again']);
}

/** An error about the file of this path. */
export function fileError(
  code: ErrorCode,
  path: string,
  [what, why, remedy = 'Choose another file']: readonly [string, string, string?],
): BelfryError {
  return new BelfryError({ code, what, where: `at ${path}`, why, remedy, field: 'path' });
}
