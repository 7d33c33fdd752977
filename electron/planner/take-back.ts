import type { PostView, TargetStatus } from '../../shared/index.ts';
import { fingerprint } from './fingerprint.ts';
import type { PlannerNeeds, StoredOccurrence } from './ports.ts';

const open: readonly TargetStatus[] = ['draft', 'queued', 'failed', 'missed'];

/** Whether a person has changed the post of an occurrence, moved it or begun to publish it; false for one that is gone. */
export async function isTouched(
  needs: PlannerNeeds,
  occurrence: StoredOccurrence,
  post: PostView | undefined,
): Promise<boolean> {
  if (!post) return false;
  if (fingerprint(post) !== occurrence.fingerprint) return true;
  // Whatever happened to a post since it was made stands in its history.
  return (await needs.posts.history(post.id)).length > 0;
}

/**
 * Takes the post of an occurrence back: one that nobody touched is forgotten, another one kept or cancelled.
 * Answers whether there is no such post any more. Can be called twice.
 */
export async function takeBack(
  needs: PlannerNeeds,
  occurrence: StoredOccurrence,
  touched: 'keep' | 'cancel',
): Promise<boolean> {
  const { postId } = occurrence;
  if (postId === null) return true;
  const known = await needs.posts.get(postId);
  if (!(await isTouched(needs, occurrence, known)) && (await needs.posts.withdraw(postId))) return true;
  // Not withdrawn, it was touched in this very moment.
  const post = await needs.posts.get(postId);
  if (!post) return true;
  if (touched === 'cancel' && post.targets.some(({ status }) => open.includes(status)))
    await needs.posts.cancel(post.id);
  return false;
}
