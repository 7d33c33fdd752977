import type { Selectable } from 'kysely';
import type { ErrorCode, Hold, Poll, PostView, TargetStatus } from '../../shared/index.ts';
import type {
  Attempt,
  AttemptState,
  StoredMedia,
  StoredPost,
  StoredTarget,
  Upload,
} from '../publisher/ports.ts';
import type { Tables } from './schema.ts';

export type PostRow = Selectable<Tables['posts']>;
export type MediaRow = Selectable<Tables['media']>;
export type TargetRow = Selectable<Tables['targets']>;
export type AttemptRow = Selectable<Tables['attempts']>;

// The closed lists below are written by Belfry alone, through types; the casts name what the columns hold.

/** A row of `posts` and its media as the publisher knows them. */
export function toPost(row: PostRow, media: readonly MediaRow[]): StoredPost {
  return {
    seq: row.seq,
    id: row.id,
    text: row.text,
    note: row.note,
    visibility: row.visibility as PostView['visibility'],
    contentWarning: row.content_warning,
    language: row.language,
    sensitive: row.sensitive === null ? null : row.sensitive === 1,
    publishAt: row.publish_at,
    thread: JSON.parse(row.thread) as string[],
    source: row.source as PostView['source'],
    runId: row.run_id,
    originKey: row.origin_key,
    poll: row.poll === null ? null : (JSON.parse(row.poll) as Poll),
    firstComment: row.first_comment,
    tags: JSON.parse(row.tags) as string[],
    createdAt: row.created_at,
    media: media.map(toMedia),
  };
}

/** A row of `media` as the publisher knows it. */
export function toMedia(row: MediaRow): StoredMedia {
  const { post_id: _, focus, public_url: publicUrl, details, ...rest } = row;
  return {
    ...rest,
    publicUrl,
    focus: focus === null ? null : (JSON.parse(focus) as [number, number]),
    details: details === null ? null : (JSON.parse(details) as StoredMedia['details']),
  };
}

/** A row of `targets` as the publisher knows it. */
export function toTarget(row: TargetRow): StoredTarget {
  const { error_code: code, error_message: message } = row;
  return {
    account: row.account_id,
    position: row.position,
    status: row.status as TargetStatus,
    override: JSON.parse(row.override) as StoredTarget['override'],
    dueAt: row.due_at,
    remoteId: row.remote_id,
    url: row.url,
    error: code === null || message === null ? null : { code: code as ErrorCode, message },
    notBefore: row.not_before,
    hold: row.hold as Hold | null,
    tries: row.tries,
    revision: row.revision,
    sent: row.sent === null ? null : (JSON.parse(row.sent) as StoredTarget['sent']),
    differs: row.differs === null ? [] : (JSON.parse(row.differs) as string[]),
    notCompared: row.not_compared,
  };
}

/** A row of `attempts` as the publisher knows it. */
export function toAttempt(row: AttemptRow): Attempt {
  return {
    part: row.part,
    state: row.state as AttemptState,
    key: row.idempotency_key,
    bodyHash: row.body_hash,
    uploads: JSON.parse(row.uploads) as Upload[],
    newestSeen: row.newest_seen,
    firstSentAt: row.first_sent_at,
    lastSentAt: row.last_sent_at,
    lookups: row.lookups,
    remoteId: row.remote_id,
    url: row.url,
    comparison: row.compare_at === null ? null : { at: row.compare_at, tries: row.compare_tries },
  };
}

/** An attempt as a row, without the columns that name it. */
export function attemptColumns(attempt: Attempt, epoch: number) {
  return {
    state: attempt.state,
    idempotency_key: attempt.key,
    body_hash: attempt.bodyHash,
    uploads: JSON.stringify(attempt.uploads),
    newest_seen: attempt.newestSeen,
    first_sent_at: attempt.firstSentAt,
    last_sent_at: attempt.lastSentAt,
    lookups: attempt.lookups,
    epoch,
    remote_id: attempt.remoteId,
    url: attempt.url,
    compare_at: wholeMillis(attempt.comparison?.at ?? null),
    compare_tries: attempt.comparison?.tries ?? 0,
  };
}

export type TargetColumns = ReturnType<typeof targetColumns>;

/** The columns of a target that its way changes. */
export function targetColumns(target: StoredTarget) {
  return {
    status: target.status,
    due_at: target.dueAt,
    remote_id: target.remoteId,
    url: target.url,
    error_code: target.error?.code ?? null,
    error_message: target.error?.message ?? null,
    not_before: wholeMillis(target.notBefore),
    hold: target.notBefore === null ? null : target.hold,
    tries: target.tries,
    revision: target.revision,
    differs: target.differs.length === 0 ? null : JSON.stringify(target.differs),
    not_compared: target.notCompared,
  };
}

/** Waits are computed from settings with decimals; a column of instants takes whole milliseconds, and never an earlier one. */
function wholeMillis(at: number | null): number | null {
  return at === null ? null : Math.ceil(at);
}
