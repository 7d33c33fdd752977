import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { heldMediaId, type MediaInput, type PostInput, type Problem } from '../../shared/index.ts';
import { filesOf, inspection } from './examine-post.ts';
import { type InspectDeps, inspect } from './media/inspect.ts';
import type { PublisherDeps, StoredMedia } from './ports.ts';

/** A post whose files are named by paths on this machine, and those of them that Belfry holds already, by path. */
type Resolved = { input: PostInput; held: ReadonlyMap<string, StoredMedia> };

/** Finds what `media:ID` stands for; what is unknown stays as it is, and is a problem when it is taken. */
export async function resolveHeld(deps: PublisherDeps, input: PostInput): Promise<Resolved> {
  const held = new Map<string, StoredMedia>();
  const paths = new Map<string, string>();
  for (const { path } of filesOf(input)) {
    const id = heldMediaId(path);
    const found = id === undefined ? undefined : await deps.ledger.media(id);
    if (!found) continue;
    const real = join(deps.mediaFolder, found.file);
    paths.set(path, real);
    held.set(real, found);
  }
  const swap = (media: MediaInput): MediaInput => ({ ...media, path: paths.get(media.path) ?? media.path });
  const thread = input.thread.map((part) => ({ ...part, media: part.media.map(swap) }));
  return { input: { ...input, media: input.media.map(swap), thread }, held };
}

/** Copies the files of a post into the home folder; those of `own` stay where they are, under their ids. */
export async function takeAll(
  deps: PublisherDeps,
  { input, held }: Resolved,
  own: readonly StoredMedia[] = [],
): Promise<{ media: StoredMedia[]; copied: StoredMedia[]; problems: Problem[] }> {
  const media: StoredMedia[] = [];
  const copied: StoredMedia[] = [];
  const problems: Problem[] = [];
  const free = new Map(own.map((stored) => [stored.id, stored]));
  for (const place of filesOf(input)) {
    const list = place.part === 0 ? input.media : (input.thread[place.part - 1]?.media ?? []);
    const one = list[place.position];
    if (!one) continue;
    if (heldMediaId(one.path) !== undefined) {
      problems.push({
        field: place.field,
        message: `names a file (${one.path}) that Belfry does not hold; name it by its path`,
      });
      continue;
    }
    const known = held.get(one.path);
    const mine = known && free.get(known.id);
    if (mine) {
      free.delete(mine.id); // Named a second time it becomes a copy: a file has one place.
      const { alt, focus = null, url: publicUrl = null } = one;
      media.push({ ...mine, part: place.part, position: place.position, alt, focus, publicUrl });
      continue;
    }
    const to = { folder: deps.mediaFolder, id: deps.random.id() };
    const taken = await takeMedia(one, place, to, inspection(deps));
    if (taken.kind === 'problem') problems.push(taken.problem);
    else {
      const stored = known ? { ...taken.media, name: known.name } : taken.media;
      media.push(stored);
      copied.push(stored);
    }
  }
  return { media, copied, problems };
}

/** Removes copies that no post has. */
export async function forget(deps: PublisherDeps, media: readonly StoredMedia[]): Promise<void> {
  for (const { file } of media) await rm(join(deps.mediaFolder, file), { force: true });
}

const chunk = 1024 * 1024;

type Taken = { kind: 'taken'; media: StoredMedia } | { kind: 'problem'; problem: Problem };

/**
 * Checks one file and copies it into the home folder, so that moving or changing it later loses nothing.
 * The copy is on disk, whole, before the result says so. `field` names the file in problems.
 */
export async function takeMedia(
  input: MediaInput,
  place: { part: number; position: number; field: string },
  to: { folder: string; id: string },
  deps: InspectDeps,
): Promise<Taken> {
  const problem = (message: string): Taken => ({ kind: 'problem', problem: { field: place.field, message } });
  const found = await inspect(input.path, deps);
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
