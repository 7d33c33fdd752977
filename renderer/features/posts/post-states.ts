import type { PostView, TargetStatus } from '../../../shared/index.ts';

type Targets = Pick<PostView, 'targets'>;

/** Whether a post has a target in one of these states. */
export function has({ targets }: Targets, ...statuses: TargetStatus[]): boolean {
  return targets.some(({ status }) => statuses.includes(status));
}

/** Whether anything of a post can still be changed: not while an outcome is unknown, and not when all is out. */
export function isOpen(post: Targets): boolean {
  return !has(post, 'sending', 'unconfirmed') && post.targets.some(({ status }) => status !== 'published');
}

/** Whether a post can get another time. */
export function isMovable(post: Targets): boolean {
  return has(post, 'draft', 'queued', 'failed', 'missed', 'cancelled');
}
