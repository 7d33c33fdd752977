import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { heldMediaId, type MediaInput, type SeriesPost } from '../../shared/index.ts';

/** Copies the files of a series into `folder`, so that moving them later loses nothing; the same post with the paths of the copies. */
export async function keepMedia(
  folder: string,
  series: { id: string; revision: number },
  post: SeriesPost,
): Promise<SeriesPost> {
  let count = 0;
  const keep = async (medium: MediaInput): Promise<MediaInput> => {
    if (heldMediaId(medium.path) !== undefined) return medium;
    const place = join(folder, series.id, String(series.revision), String(count));
    count += 1;
    await mkdir(place, { recursive: true, mode: 0o700 });
    const path = join(place, basename(medium.path));
    if (path !== medium.path) await copyFile(medium.path, path);
    return { ...medium, path };
  };
  const keepAll = async (media: readonly MediaInput[]) => {
    const kept: MediaInput[] = [];
    for (const medium of media) kept.push(await keep(medium));
    return kept;
  };
  const media = await keepAll(post.media);
  const thread: SeriesPost['thread'] = [];
  for (const part of post.thread) thread.push({ ...part, media: await keepAll(part.media) });
  return { ...post, media, thread };
}

/** Removes the copies of a series; with `but`, those of its other revisions. */
export async function forgetMedia(folder: string, id: string, but?: number): Promise<void> {
  const home = join(folder, id);
  if (but === undefined) return rm(home, { recursive: true, force: true });
  const revisions = await namesIn(home);
  for (const revision of revisions.filter((name) => name !== String(but)))
    await rm(join(home, revision), { recursive: true, force: true });
}

/** Removes copies of series that are not known: what a kill between copying and storing left behind. */
export async function sweepMedia(folder: string, known: readonly string[]): Promise<void> {
  const ids = await namesIn(folder);
  for (const id of ids.filter((name) => !known.includes(name))) await forgetMedia(folder, id);
}

/** No folder: no series ever had media. One that cannot be read is an error. */
function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}
