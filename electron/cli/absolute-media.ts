import { isAbsolute, resolve } from 'node:path';
import { heldMediaId } from '../../shared/index.ts';

type WithMedia<M> = { media: M[]; thread: { text: string; media: M[] }[] };

/** The post with absolute paths of its media: the engine works in another folder than the person who wrote them. */
export function withAbsoluteMedia<M extends { path: string }, P extends WithMedia<M>>(
  post: P,
  folder: string,
): P {
  const absolute = (medium: M): M =>
    isAbsolute(medium.path) || heldMediaId(medium.path) !== undefined
      ? medium
      : { ...medium, path: resolve(folder, medium.path) };
  return {
    ...post,
    media: post.media.map(absolute),
    thread: post.thread.map((part) => ({ ...part, media: part.media.map(absolute) })),
  };
}
