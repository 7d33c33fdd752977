import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { heldMediaId, type MediaInput, type PostInput, type Problem } from '../../shared/index.ts';
import { filesOf, inspection } from './check.ts';
import { takeMedia } from './media/intake.ts';
import type { PublisherNeeds, StoredMedia } from './ports.ts';

/** A post whose files are named by paths on this machine, and those of them that Belfry holds already, by path. */
export type Resolved = { input: PostInput; held: ReadonlyMap<string, StoredMedia> };

/** Finds what `media:ID` stands for; what is unknown stays as it is, and is a problem when it is taken. */
export async function resolveHeld(needs: PublisherNeeds, input: PostInput): Promise<Resolved> {
  const held = new Map<string, StoredMedia>();
  const paths = new Map<string, string>();
  for (const { path } of filesOf(input)) {
    const id = heldMediaId(path);
    const found = id === undefined ? undefined : await needs.ledger.media(id);
    if (!found) continue;
    const real = join(needs.mediaFolder, found.file);
    paths.set(path, real);
    held.set(real, found);
  }
  const swap = (media: MediaInput): MediaInput => ({ ...media, path: paths.get(media.path) ?? media.path });
  const thread = input.thread.map((part) => ({ ...part, media: part.media.map(swap) }));
  return { input: { ...input, media: input.media.map(swap), thread }, held };
}

/** Copies the files of a post into the home folder; those of `own` stay where they are, under their ids. */
export async function takeAll(
  needs: PublisherNeeds,
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
    const to = { folder: needs.mediaFolder, id: needs.random.id() };
    const taken = await takeMedia(one, place, to, inspection(needs));
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
export async function forget(needs: PublisherNeeds, media: readonly StoredMedia[]): Promise<void> {
  for (const { file } of media) await rm(join(needs.mediaFolder, file), { force: true });
}
