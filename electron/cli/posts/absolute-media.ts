import { isAbsolute, resolve } from 'node:path';
import { heldMediaId, type MediaInput } from '../../../shared/index.ts';

type WithMedia = { media: MediaInput[]; thread: { text: string; media: MediaInput[] }[] };

/** The engine works in another folder than the person who wrote the paths: they are meant from `folder`. */
export function withAbsoluteMedia<P extends WithMedia>(post: P, folder: string): P {
  const absolute = (medium: MediaInput): MediaInput =>
    isAbsolute(medium.path) || heldMediaId(medium.path) !== undefined
      ? medium
      : { ...medium, path: resolve(folder, medium.path) };
  return {
    ...post,
    media: post.media.map(absolute),
    thread: post.thread.map((part) => ({ ...part, media: part.media.map(absolute) })),
  };
}
