import { mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Random } from '../../../shared/index.ts';

/** Small pictures on disk, by name; those used longest ago make room for new ones. */
export type ThumbnailCache = {
  read(name: string): Promise<Uint8Array | undefined>;
  /** A path for a picture that is being made, to be handed to `keep`. */
  draft(): Promise<string>;
  keep(name: string, draft: string): Promise<void>;
};

/** Whatever else lies in the folder is not ours. */
const ourName = /^[0-9a-f]{32}-\d+$/;
/** What an engine that was killed did not finish. */
const draftName = /^[0-9a-f]{16}\.part$/;

/** A cache in `folder`, which is made when it is needed, of at most `mostBytes`. */
export function createThumbnailCache(deps: {
  folder: string;
  mostBytes: number;
  clock: Pick<Clock, 'now'>;
  random: Pick<Random, 'id'>;
}): ThumbnailCache {
  const { folder, mostBytes, clock, random } = deps;
  let opened: Promise<Map<string, number>> | undefined;
  /** Bytes by name, the one used longest ago first. */
  const known = () => {
    opened ??= openFolder(folder);
    return opened;
  };
  const used = (files: Map<string, number>, name: string, bytes: number) => {
    files.delete(name);
    files.set(name, bytes);
  };
  const makeRoom = async (files: Map<string, number>) => {
    let total = 0;
    for (const bytes of files.values()) total += bytes;
    for (const [name, bytes] of files) {
      if (total <= mostBytes) break;
      files.delete(name);
      total -= bytes;
      await rm(join(folder, name), { force: true });
    }
  };
  return {
    async read(name) {
      const files = await known();
      if (!files.has(name)) return undefined;
      const path = join(folder, name);
      try {
        const content = await readFile(path);
        used(files, name, content.byteLength);
        const now = clock.now() / 1000;
        await utimes(path, now, now);
        return content;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        files.delete(name); // Removed by the user, or to make room: it is made again.
        return undefined;
      }
    },
    async draft() {
      await known();
      await mkdir(folder, { recursive: true, mode: 0o700 });
      return join(folder, `${random.id()}.part`);
    },
    async keep(name, draft) {
      const files = await known();
      const { size } = await stat(draft);
      const now = clock.now() / 1000;
      await utimes(draft, now, now);
      await rename(draft, join(folder, name));
      used(files, name, size);
      await makeRoom(files);
    },
  };
}

async function openFolder(folder: string): Promise<Map<string, number>> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []; // Nothing was ever made.
    throw error;
  });
  const found: { name: string; bytes: number; usedAt: number }[] = [];
  for (const name of names) {
    const path = join(folder, name);
    if (draftName.test(name)) await rm(path, { force: true });
    if (!ourName.test(name)) continue;
    const { size, mtimeMs } = await stat(path);
    found.push({ name, bytes: size, usedAt: mtimeMs });
  }
  return new Map(found.sort((a, b) => a.usedAt - b.usedAt).map(({ name, bytes }) => [name, bytes]));
}
