import type { Millis } from '../../shared/index.ts';
import type { Draft, Refusal, Remote, Session } from '../networks/index.ts';
import { bodyHash, draftOf, keyFor } from './draft.ts';
import type { NextAction } from './next-action.ts';
import { adopted, afterPrepare, afterSend, doubted } from './outcome.ts';
import type { Attempt, PublisherAccount, Work } from './ports.ts';
import { makeReady } from './prepare-post.ts';
import { afterLookUp } from './reconcile.ts';
import {
  apply,
  decisionContext,
  openSession,
  type SendContext,
  type SenderDeps,
  sendContext,
  store,
} from './send-context.ts';

/** Brings one part of a target out: everything invisible first, then the one visible call. */
export async function publish(context: SendContext, work: Work, part: number): Promise<NextAction> {
  const { deps } = context;
  const session = await openSession(context);
  if (!session) return 'stop';
  const draft = draftOf(work, part, deps.mediaFolder);
  const known = work.attempts.find((attempt) => attempt.part === part);
  let attempt = attemptFor(work, draft, known);
  const twin = await lookFirst(context, session, work, draft, attempt);
  if (deps.signal.aborted) return 'stop';
  if (twin.kind === 'found') return apply(context, work, adopted(work, attempt, twin.remote));
  if (twin.kind === 'unclear') return apply(context, work, doubted(work, attempt, twin.remotes));
  if (twin.kind === 'refused')
    return apply(context, work, afterPrepare(work, attempt, twin, decisionContext(deps)));
  let isMine = true;
  const prepared = await makeReady(context, session, work, attempt, async (uploads) => {
    attempt = { ...attempt, uploads };
    isMine = await store(context, work, { attempt });
  });
  if (!isMine) return 'continue';
  if (deps.signal.aborted) return 'stop'; // We aborted it ourselves: that is no failure of the post.
  if (prepared.kind !== 'ready')
    return apply(context, work, afterPrepare(work, attempt, prepared, decisionContext(deps)));
  const now = deps.clock.now();
  attempt = {
    ...attempt,
    state: 'sending',
    newestSeen: prepared.newestSeen,
    firstSentAt: now,
    lastSentAt: now,
    lookups: 0,
  };
  // Key, hash and uploads are committed before the first byte of the visible call; refused when the post was cancelled meanwhile.
  if (!(await store(context, work, { attempt, target: { status: 'sending', notBefore: null } })))
    return 'continue';
  return sendNow(
    context,
    session,
    { ...work, target: { ...work.target, status: 'sending' } },
    attempt,
    false,
  );
}

/** The visible call and what follows from it. `doubt`: an earlier one for this part has no known outcome. */
async function sendNow(
  context: SendContext,
  session: Session,
  work: Work,
  attempt: Attempt,
  doubt: boolean,
): Promise<NextAction> {
  const { deps, adapter } = context;
  const draft = draftOf(work, attempt.part, deps.mediaFolder);
  const sent = await adapter.send(session, draft, attempt);
  const next = await apply(context, work, afterSend(work, attempt, sent, doubt, decisionContext(deps)));
  if (sent.kind === 'published' && !draft.comment) context.newest = sent.remote.remoteId;
  return next;
}

/** The attempt to go on with: with its key as long as the content is the same, for a refused try may have changed it. */
function attemptFor(work: Work, draft: Draft, known: Attempt | undefined): Attempt {
  const hash = bodyHash(work, draft);
  if (known?.bodyHash === hash) return known;
  const { part } = draft;
  const key = keyFor({ post: work.post.id, account: work.target.account, part, bodyHash: hash });
  if (known) return { ...known, key, bodyHash: hash };
  return {
    part,
    state: 'prepared',
    key,
    bodyHash: hash,
    uploads: [],
    newestSeen: null,
    firstSentAt: null,
    lastSentAt: null,
    lookups: 0,
    remoteId: null,
    url: null,
    comparison: null,
  };
}

/** Looks at the network for a part of unknown outcome, and sends it again when that is what follows. */
export async function lookFor(context: SendContext, work: Work, part: number): Promise<NextAction> {
  const { deps, adapter, account } = context;
  const attempt = work.attempts.find((one) => one.part === part);
  const session = await openSession(context);
  if (!session || !attempt) return 'stop';
  const draft = draftOf(work, part, deps.mediaFolder);
  const seen = await adapter.lookUp(session, draft, attempt);
  if (deps.signal.aborted) return 'stop';
  context.tally.looked += 1;
  const ids = seen.kind === 'seen' ? [...seen.matches, ...seen.unclear].map(({ remoteId }) => remoteId) : [];
  const but = { post: work.post.id, part };
  const step = afterLookUp(
    work,
    attempt,
    seen,
    {
      known: await deps.ledger.known(account.id, ids, but),
      rivals: await deps.ledger.rivals(account.id, attempt.bodyHash, but),
      rule: await adapter.repeatRule(session),
      settings: deps.settings(),
    },
    decisionContext(deps),
  );
  const next = await apply(context, work, step);
  if (next !== 'send' || step.change.attempt === undefined) return next;
  return sendNow(context, session, work, step.change.attempt, true);
}

/** Looks once more for an unconfirmed target. */
export async function lookAgain(deps: SenderDeps, account: PublisherAccount, work: Work): Promise<void> {
  const attempt = work.attempts.find(({ state }) => state === 'unknown' || state === 'contradicted');
  if (!attempt) return;
  const context = sendContext(deps, account);
  await lookFor(context, work, attempt.part);
}

/** What a look at the account shows before a post is sent at all. */
type Twin =
  | { kind: 'none' }
  | { kind: 'found'; remote: Remote }
  /** One of these may be the post; what the network shows is not enough to tell. */
  | { kind: 'unclear'; remotes: readonly Remote[] }
  | { kind: 'refused'; refusal: Refusal };

/** Servers name whole seconds, and clocks differ a little. */
const roundingMs: Millis = 10_000;

/**
 * Looks on the account for a part whose time came while this ledger was not at work: another copy of the home, or
 * a restored one, may have published it meanwhile. The same content since its time is this post.
 */
async function lookFirst(
  { deps, adapter, account }: SendContext,
  session: Session,
  work: Work,
  draft: Draft,
  attempt: Attempt,
): Promise<Twin> {
  const { post, target } = work;
  const wanted = Math.min(
    target.dueAt ?? Number.POSITIVE_INFINITY,
    post.publishAt ?? Number.POSITIVE_INFINITY,
  );
  const wasThere = Math.max(post.createdAt, wanted) < deps.presence.since();
  if (!adapter.findSince || !wasThere || deps.presence.hasLooked(`${post.id} ${account.id} ${draft.part}`))
    return { kind: 'none' };
  const found = await adapter.findSince(
    session,
    draft,
    attempt,
    Math.max(wanted, post.createdAt) - roundingMs,
  );
  if (found.kind === 'refused') {
    // A right to post without one to read must not hold a post up; a server that is away holds it up anyhow.
    const isPassing = found.refusal.class === 'retry' || found.refusal.class === 'wait';
    return isPassing ? found : { kind: 'none' };
  }
  const { matches, unclear = [] } = found;
  const ids = [...matches, ...unclear].map(({ remoteId }) => remoteId);
  const known = await deps.ledger.known(account.id, ids, { post: post.id, part: draft.part });
  const isFree = ({ remoteId }: Remote) => !known.has(remoteId);
  // Newest first: of several posts of the same words each takes the oldest that is left.
  const remote = matches.findLast(isFree);
  if (remote) return { kind: 'found', remote };
  const remotes = unclear.filter(isFree);
  return remotes.length > 0 ? { kind: 'unclear', remotes } : { kind: 'none' };
}
