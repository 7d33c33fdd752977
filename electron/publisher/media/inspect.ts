import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dimensionBytes, dimensions, isMeasured } from './dimensions.ts';
import { sniff } from './sniff.ts';

/** Larger than any network takes; keeps a mistyped path from filling the disk. */
const mostBytes = 2 * 1024 ** 3;

/** What a file is by its content. `width` and `height` are null where nothing measures them (films, sounds). */
export type MediaFacts = { mime: string; bytes: number; width: number | null; height: number | null };

/** Opens and examines a file; the text says what is wrong with it. Whoever gets a handle closes it. */
export async function inspect(path: string): Promise<{ handle: FileHandle; facts: MediaFacts } | string> {
  const handle = await openFile(path);
  if (typeof handle === 'string') return handle;
  const facts = await examine(handle, path).catch(
    (error: unknown) => `${path} cannot be read (${String(error)})`,
  );
  if (typeof facts !== 'string') return { handle, facts };
  await handle.close();
  return facts;
}

async function examine(handle: FileHandle, path: string): Promise<MediaFacts | string> {
  const found = await handle.stat();
  if (!found.isFile()) return `${path} is not a regular file`;
  if (found.size === 0) return `${path} is empty`;
  if (found.size > mostBytes) return `${path} is larger than 2 GiB`;
  const head = new Uint8Array(Math.min(dimensionBytes, found.size));
  await handle.read(head, 0, head.byteLength, 0);
  const mime = sniff(head);
  if (mime === undefined)
    return `${path} is no picture, film or sound that Belfry knows, whatever its name says`;
  if (!isMeasured(mime)) return { mime, bytes: found.size, width: null, height: null };
  const size = dimensions(head);
  return size
    ? { mime, bytes: found.size, ...size }
    : `${path} is damaged: its width and height cannot be read`;
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
