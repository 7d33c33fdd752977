import { z } from 'zod';
import type { Millis } from '../../../shared/index.ts';
import type { Draft, LookUp, ReadBack, SendRecord, Sent, Session } from '../adapter.ts';
import { textDifference } from '../differences.ts';
import { clockOffset, okJson } from '../http.ts';
import { metaError, refusalOf, sentOf } from './errors.ts';
import { graph } from './graph.ts';

/** What each network calls the words of a comment, and its time. */
export const commentNames = {
  facebook: { text: 'message', time: 'created_time' },
  instagram: { text: 'text', time: 'timestamp' },
} as const;
type CommentNames = (typeof commentNames)[keyof typeof commentNames];

const idSchema = z.object({ id: z.string().min(1) });
const listSchema = z.object({
  data: z.array(
    z.object({
      id: z.string().min(1),
      text: z.string().optional(),
      message: z.string().optional(),
      timestamp: z.string().optional(),
      created_time: z.string().optional(),
    }),
  ),
});

const pageSize = 50;
const clockMarginMs = 3_600_000;

/**
 * Comments on the account's own post: `POST /{post}/comments` with `message`, the same for Instagram
 * (developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media/comments) and Pages.
 */
export async function sendComment(session: Session, draft: Draft): Promise<Sent> {
  const now = session.clock.now();
  const answer = await graph(session, 'POST', `${draft.replyTo}/comments`, {
    json: { message: draft.text },
    visible: true,
  });
  if (answer.kind === 'none' || answer.status !== 200) {
    const sent = sentOf(answer, now);
    // Publishing works without the permission to comment, so its lack must not pause the account.
    return sent.kind === 'refused' && answer.kind === 'answer' && lacksPermission(metaError(answer)?.code)
      ? { kind: 'refused', refusal: { ...sent.refusal, class: 'edit', code: 'NETWORK_REFUSED' } }
      : sent;
  }
  const parsed = idSchema.safeParse(answer.json);
  if (!parsed.success) return { kind: 'unknown', why: 'The network answered 200, but without the comment' };
  return { kind: 'published', remote: { remoteId: parsed.data.id, url: null } };
}

/** Looks for the comment below its post: the same words, since it was first sent. */
export async function lookUpComment(
  session: Session,
  draft: Draft,
  attempt: SendRecord,
  names: CommentNames,
): Promise<LookUp> {
  const query = { fields: `id,${names.text},${names.time}`, limit: String(pageSize) };
  const answer = await graph(session, 'GET', `${draft.replyTo}/comments`, { query });
  const parsed = listSchema.safeParse(okJson(answer));
  const now = session.clock.now();
  if (!parsed.success || answer.kind === 'none')
    return { kind: 'unreadable', refusal: refusalOf(answer, now) };
  const { data } = parsed.data;
  const from = (attempt.firstSentAt ?? now) + clockOffset(answer.headers, now) - clockMarginMs;
  const alike = data.filter((comment) => (comment[names.text] ?? '').trim() === draft.text.trim());
  const isSince = (comment: (typeof data)[number]) => timeOf(comment[names.time]) >= from;
  const remotes = (some: typeof data) => some.map(({ id }) => ({ remoteId: id, url: null }));
  const seen = {
    kind: 'seen' as const,
    matches: remotes(alike.filter(isSince)),
    unclear: remotes(alike.filter((comment) => !isSince(comment))),
    exists: 'no' as const,
  };
  if (data.length < pageSize) return { ...seen, complete: true };
  return {
    ...seen,
    complete: false,
    hopeless: 'There are too many comments to be sure that it is not among them',
  };
}

/** The same comment since then. */
export async function commentSince(
  session: Session,
  draft: Draft,
  attempt: SendRecord,
  since: Millis,
  names: CommentNames,
) {
  const sent = { ...attempt, firstSentAt: since + clockMarginMs };
  const seen = await lookUpComment(session, draft, sent, names);
  return seen.kind === 'unreadable'
    ? { kind: 'refused' as const, refusal: seen.refusal }
    : { kind: 'found' as const, matches: seen.matches };
}

const commentSchema = z.object({
  id: z.string(),
  text: z.string().optional(),
  message: z.string().optional(),
});

/** What a network shows of a comment; `name` is what it calls its words (IG Comment: `text`, Comment: `message`). */
export async function readComment(
  session: Session,
  draft: Draft,
  remoteId: string,
  name: 'text' | 'message',
): Promise<ReadBack> {
  const answer = await graph(session, 'GET', remoteId, { query: { fields: name } });
  const shown = commentSchema.safeParse(okJson(answer)).data;
  if (!shown) return { kind: 'unreadable', refusal: refusalOf(answer, session.clock.now()) };
  const difference = textDifference(draft.text, shown[name] ?? '');
  return { kind: 'shown', url: null, differs: difference === null ? [] : [difference] };
}

/** networks.md §3.5: 10 and 200 to 299 say that the token has not this right. */
function lacksPermission(code: number | undefined): boolean {
  return code === 10 || (code !== undefined && code >= 200 && code <= 299);
}

/** Meta writes `+0000`, which ISO 8601 parsers need not take; a comment without a time counts as new. */
export function timeOf(text: string | undefined): number {
  const at = Date.parse((text ?? '').replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  return Number.isNaN(at) ? Number.POSITIVE_INFINITY : at;
}
