import { z } from 'zod';
import type { Attempt } from '../../ports.ts';
import type { Adapter, Draft, Limits, LookUp, Refusal, RepeatRule, Sent, Session } from '../adapter.ts';
import { lookUpComment, sendComment } from '../meta/comment.ts';
import { refusalOf, sentOf } from '../meta/errors.ts';
import { graph } from '../meta/graph.ts';
import { buildContainers, containerState } from './container.ts';
import { newestMedia, recentMatches } from './recent.ts';

const publishedSchema = z.object({ id: z.string().min(1) });
const linkSchema = z.object({ permalink: z.string() });

/** networks.md §3.4; Instagram has no address to read them from. */
const limits: Limits = {
  characters: 2200,
  media: 10,
  altCharacters: 1000,
  imageBytes: 8 * 1024 * 1024,
  imagePixels: null,
  imageRatio: [4 / 5, 1.91],
  videoBytes: 300 * 1024 * 1024,
  mimeTypes: ['image/jpeg', 'video/mp4', 'video/quicktime'],
  textOnly: false,
  thread: false,
  comments: true,
  polls: null,
  visibilities: ['public'],
  count: (text) => [...text].length,
};

/** The container is the device (networks.md §5): its state tells, and the same one may be published again when it is still `FINISHED`. */
const rule: RepeatRule = { lookups: 2, key: 'same', safeForMs: 0 };

/** Instagram by the Graph API: pictures, carousels and reels of professional accounts. */
export function createInstagram(): Adapter {
  return {
    knownLimits: () => limits,
    limits: async () => ({ kind: 'limits', limits }),
    async prepare(session, draft, attempt, { after, save }) {
      if (draft.comment) return { kind: 'ready', newestSeen: null };
      const unfit = homeless(draft);
      if (unfit) return { kind: 'refused', refusal: unfit };
      const newest = after === null ? await newestMedia(session) : ({ kind: 'newest', id: after } as const);
      if (newest.kind === 'refused') return newest;
      const built = await buildContainers(session, draft, attempt.uploads, save);
      if (built.kind === 'refused') return built;
      if (built.kind === 'later')
        return { kind: 'later', notBefore: session.clock.now() + 60_000, why: built.why };
      return { kind: 'ready', newestSeen: newest.id };
    },
    send,
    lookUp,
    repeatRule: async () => rule,
    async linkOf(session, remoteId) {
      const answer = await graph(session, 'GET', remoteId, { query: { fields: 'permalink' } });
      return linkSchema.safeParse(answer.kind === 'answer' ? answer.json : undefined).data?.permalink ?? null;
    },
  };
}

async function send(session: Session, draft: Draft, attempt: Attempt): Promise<Sent> {
  if (draft.comment) return sendComment(session, draft);
  const container = containerOf(attempt);
  if (container === undefined) return { kind: 'refused', refusal: withoutContainer };
  const answer = await graph(session, 'POST', `${session.account.remoteId}/media_publish`, {
    json: { creation_id: container },
    visible: true,
  });
  if (answer.kind === 'none' || answer.status !== 200) return sentOf(answer, session.clock.now());
  const parsed = publishedSchema.safeParse(answer.json);
  if (!parsed.success) return { kind: 'unknown', why: 'Instagram answered 200, but without the post' };
  return { kind: 'published', remote: { remoteId: parsed.data.id, url: null } };
}

const commentNames = { text: 'text', time: 'timestamp' } as const;

async function lookUp(session: Session, draft: Draft, attempt: Attempt): Promise<LookUp> {
  if (draft.comment) return lookUpComment(session, draft, attempt, commentNames);
  const state = await containerState(session, containerOf(attempt) ?? '');
  if (state.kind === 'refused') return { kind: 'unreadable', refusal: state.refusal };
  if (state.code === 'IN_PROGRESS') return { kind: 'unreadable', refusal: notBeforeFinished(state.why) };
  const recent = await recentMatches(session, draft, attempt);
  if (recent.kind === 'refused') return { kind: 'unreadable', refusal: recent.refusal };
  const { matches, complete } = recent;
  const seen = { kind: 'seen' as const, matches, unclear: [], complete };
  if (state.code === 'PUBLISHED') return { ...seen, exists: 'certain' };
  if (state.code === 'FINISHED') return { ...seen, exists: 'no' };
  return { ...seen, exists: 'unknown', hopeless: state.why };
}

function containerOf(attempt: Attempt): string | undefined {
  return attempt.uploads.find(({ kind }) => kind === 'container')?.id;
}

const withoutContainer: Refusal = {
  class: 'retry',
  code: 'NETWORK_REFUSED',
  why: 'The container is gone',
  notBefore: null,
  dropUploads: true,
};

function notBeforeFinished(why: string): Refusal {
  return { class: 'retry', code: 'NETWORK_REFUSED', why, notBefore: null };
}

/** Meta downloads the media itself, so each needs a public address (networks.md §3.2). */
function homeless(draft: Draft): Refusal | undefined {
  const without = draft.media.filter(({ publicUrl }) => publicUrl === null).length;
  if (without === 0) return undefined;
  const why = `Instagram fetches media from a public address, and ${without} of ${draft.media.length} files have none`;
  return { class: 'edit', code: 'NETWORK_REFUSED', why, notBefore: null };
}

/** Whether Instagram takes new posts today: what is left of the account's daily quota; null when it does not tell. */
export async function quotaLeft(session: Session): Promise<number | null | Refusal> {
  const path = `${session.account.remoteId}/content_publishing_limit`;
  const answer = await graph(session, 'GET', path, { query: { fields: 'quota_usage,config' } });
  if (answer.kind === 'none' || answer.status !== 200) return refusalOf(answer, session.clock.now());
  const parsed = quotaSchema.safeParse(answer.json).data?.data[0];
  return parsed?.config === undefined ? null : parsed.config.quota_total - parsed.quota_usage;
}

const quotaSchema = z.object({
  data: z.array(
    z.object({ quota_usage: z.number(), config: z.object({ quota_total: z.number() }).optional() }),
  ),
});
