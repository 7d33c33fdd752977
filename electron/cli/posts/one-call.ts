import { BelfryError, mostPostsAtOnce } from '../../../shared/index.ts';
import { requestLimitBytes } from '../../api/index.ts';

/** Room for the rest of the call. */
const callBytes = 1024;

/** Throws TOO_LARGE for more posts than one call takes: all of them are added, or none, and that takes one call. */
export function assertOneCall(posts: readonly unknown[], where: string): void {
  let bytes = callBytes;
  let fit = 0;
  for (const post of posts) {
    bytes += Buffer.byteLength(JSON.stringify(post)) + 1;
    if (bytes <= requestLimitBytes && fit < mostPostsAtOnce) fit += 1;
  }
  if (fit === posts.length) return;
  throw new BelfryError({
    code: 'TOO_LARGE',
    what: `${posts.length.toLocaleString('en')} posts of ${mebibytes(bytes)} MiB are too many at once`,
    where,
    why: `An import adds all posts or none, and takes at most ${mostPostsAtOnce.toLocaleString('en')} posts and ${mebibytes(requestLimitBytes)} MiB. Nothing was added`,
    remedy: `Split the file, and import the parts one after the other: the first ${fit.toLocaleString('en')} posts fit into one`,
  });
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(1);
}
