import {
  type MediaView,
  type PostView,
  postStatus,
  type TargetStatus,
  type TargetView,
  toInstant,
  type Wait,
} from '../../shared/index.ts';
import { keyOf } from './new-post.ts';
import type { NewPost, PostRecord, StoredMedia, StoredTarget } from './ports.ts';

/** A stored post as clients see it; `waitOf` says what a target waits for. */
export function postView(
  { post, targets }: PostRecord,
  waitOf: (target: StoredTarget) => Wait | null = () => null,
): PostView {
  const filesOf = (part: number) => post.media.filter((media) => media.part === part).map(mediaView);
  return {
    id: post.id,
    status: postStatus(targets),
    publishAt: instantOrNull(post.publishAt),
    text: post.text,
    media: filesOf(0),
    thread: post.thread.map((text, index) => ({ text, media: filesOf(index + 1) })),
    poll: post.poll,
    firstComment: post.firstComment,
    tags: [...post.tags],
    targets: targets.map((target) => targetView(target, waitOf(target))),
    source: post.source,
    runId: post.runId,
    note: post.note,
    key: keyOf(post.originKey),
    visibility: post.visibility,
    contentWarning: post.contentWarning,
    language: post.language,
    sensitive: post.sensitive,
    createdAt: toInstant(post.createdAt),
  };
}

/** A post that was not stored, as if it had been. */
export function previewOf(post: NewPost): PostRecord {
  const fresh = {
    remoteId: null,
    url: null,
    error: null,
    notBefore: null,
    hold: null,
    tries: 0,
    revision: 0,
    sent: null,
    differs: [],
  };
  const targets = post.targets.map((target, position) => ({ ...fresh, ...target, position }));
  return { post: { ...post, seq: 0 }, targets };
}

function mediaView({ id, name, alt, mime, bytes, focus, publicUrl }: StoredMedia): MediaView {
  return { id, name, alt, mime, bytes, focus: focus === null ? null : [focus[0], focus[1]], url: publicUrl };
}

const held: readonly TargetStatus[] = ['queued', 'sending'];

function targetView(target: StoredTarget, waits: Wait | null): TargetView {
  const { account, status, remoteId, url, error, override, sent, notBefore } = target;
  const differs = [...target.differs];
  // For an unconfirmed target it is only when Belfry looks again by itself; nothing waits for that.
  const shown = held.includes(status) ? instantOrNull(notBefore) : null;
  const dueAt = instantOrNull(target.dueAt);
  return { account, status, dueAt, remoteId, url, error, override, sent, differs, notBefore: shown, waits };
}

function instantOrNull(at: number | null): string | null {
  return at === null ? null : toInstant(at);
}
