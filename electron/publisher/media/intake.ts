import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { MediaInput, Problem } from '../../../shared/index.ts';
import type { StoredMedia } from '../ports.ts';
import { type InspectNeeds, inspect } from './inspect.ts';

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
  needs: InspectNeeds,
): Promise<Taken> {
  const problem = (message: string): Taken => ({ kind: 'problem', problem: { field: place.field, message } });
  const found = await inspect(input.path, needs);
  if (typeof found === 'string') return problem(found);
  const { handle, facts } = found;
  try {
    const before = await handle.stat();
    const sha256 = await copyWhole(handle, facts.bytes, to);
    const after = await handle.stat();
    if (sha256 === undefined || before.mtimeMs !== after.mtimeMs || after.size !== facts.bytes) {
      await rm(join(to.folder, to.id), { force: true });
      return problem(`${input.path} changed while it was being copied; add it again when it is finished`);
    }
    const { alt, focus = null, url: publicUrl = null } = input;
    const { part, position } = place;
    const name = basename(input.path);
    return {
      kind: 'taken',
      media: { id: to.id, part, position, file: to.id, name, sha256, alt, focus, publicUrl, ...facts },
    };
  } finally {
    await handle.close();
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
