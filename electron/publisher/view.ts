import {
  type PostView,
  postStatus,
  type TargetStatus,
  type TargetView,
  toInstant,
} from '../../shared/index.ts';
import type { PostRecord, StoredTarget } from './ports.ts';

/** A stored post as clients see it. */
export function postView({ post, targets }: PostRecord): PostView {
  return {
    id: post.id,
    status: postStatus(targets),
    publishAt: post.publishAt === null ? null : toInstant(post.publishAt),
    text: post.text,
    media: post.media
      .filter(({ part }) => part === 0)
      .map(({ id, name, alt, mime, bytes }) => ({ id, name, alt, mime, bytes })),
    thread: post.thread.map((text) => ({ text })),
    targets: targets.map(targetView),
    source: post.source,
    runId: post.runId,
    note: post.note,
    visibility: post.visibility,
    contentWarning: post.contentWarning,
    language: post.language,
    sensitive: post.sensitive,
    createdAt: toInstant(post.createdAt),
  };
}

const held: readonly TargetStatus[] = ['queued', 'sending'];

function targetView(target: StoredTarget): TargetView {
  const { account, status, remoteId, url, error, notBefore } = target;
  // For an unconfirmed target it is only when Belfry looks again by itself; nothing waits for that.
  const shown = notBefore !== null && held.includes(status) ? toInstant(notBefore) : null;
  return { account, status, remoteId, url, error, notBefore: shown };
}
