import { BelfryError, type Millis } from '../../shared/index.ts';
import { nameOf } from './check.ts';
import { decide, type Effect, isLate, lateAfterMs, type Step } from './decide.ts';
import { bodyHash, draftOf } from './draft.ts';
import { misfits } from './misfits.ts';
import type { Adapter, Draft, Session } from './networks/adapter.ts';
import type { Http } from './networks/http.ts';
import { spentUntil } from './networks/rate-limit.ts';
import { type Around, afterPrepare, afterSend } from './outcome.ts';
import type { Attempt, PublisherAccount, PublisherNeeds, Work } from './ports.ts';
import { afterLookUp } from './reconcile.ts';
import { sendingNote } from './texts.ts';

/** What a pass did, for its summary. */
export type Tally = { published: number; failed: number; waiting: number; looked: number };

export const emptyTally: Tally = { published: 0, failed: 0, waiting: 0, looked: 0 };

/** Two tallies together. */
export function sum(a: Tally, b: Tally): Tally {
  return {
    published: a.published + b.published,
    failed: a.failed + b.failed,
    waiting: a.waiting + b.waiting,
    looked: a.looked + b.looked,
  };
}

export type SenderNeeds = PublisherNeeds & {
  http: Http;
  adapterOf(account: PublisherAccount): Adapter;
  /** Something a person may want to follow. */
  say(text: string): void;
  signal: AbortSignal;
  /** Until when each account has to keep still, by the rate headers of its server. */
  spent: Map<string, Millis>;
};

/** What the steps of one account share. */
type Scene = {
  needs: SenderNeeds;
  account: PublisherAccount;
  adapter: Adapter;
  tally: Tally;
  /** The remote post published last in this session: nothing published later is older. */
  newest: string | null;
};

/** Works through the due targets of one account in order, until none is due or the first one has to wait. */
export async function sendAccount(needs: SenderNeeds, account: PublisherAccount): Promise<Tally> {
  const tally = { ...emptyTally };
  const scene: Scene = { needs, account, adapter: needs.adapterOf(account), tally, newest: null };
  while (!needs.signal.aborted) {
    const now = needs.clock.now();
    const work = await needs.ledger.head(account.id, now);
    if (!work) break;
    const status = await needs.accountStatus(account.id);
    const next = decide(work, {
      now,
      settings: needs.settings(),
      ready: status === 'ready' || status === 'unknown',
      spentUntil: needs.spent.get(account.id) ?? null,
      lastPublished: isLate(work, now) ? await needs.ledger.lastPublished(account.id) : null,
    });
    if (next.do === 'wait') tally.waiting += 1;
    if (next.do === 'wait' || (await doNext(scene, work, next)) === 'stop') break;
  }
  return tally;
}

/** One look for a target that a person was asked about. */
export async function lookAgain(needs: SenderNeeds, account: PublisherAccount, work: Work): Promise<void> {
  const attempt = work.attempts.find(({ state }) => state === 'unknown' || state === 'contradicted');
  if (!attempt) return;
  const tally = { ...emptyTally };
  const scene: Scene = { needs, account, adapter: needs.adapterOf(account), tally, newest: null };
  await lookFor(scene, work, attempt.part);
}

type Go = Step['go'];

async function doNext(
  scene: Scene,
  work: Work,
  next: Exclude<ReturnType<typeof decide>, { do: 'wait' }>,
): Promise<Go> {
  if (next.do === 'step') return apply(scene, work, next.step);
  return next.do === 'publish' ? publish(scene, work, next.part) : lookFor(scene, work, next.part);
}

async function publish(scene: Scene, work: Work, part: number): Promise<Go> {
  const { needs, adapter } = scene;
  const session = await openSession(scene);
  if (!session) return 'stop';
  const draft = draftOf(work, part, needs.mediaFolder);
  const known = work.attempts.find((attempt) => attempt.part === part);
  let attempt: Attempt = {
    ...(known ?? firstAttempt(part, needs.random.uuid())),
    bodyHash: bodyHash(work, draft),
  };
  const unfit = await unfitness(scene, session, draft);
  if (needs.signal.aborted) return 'stop'; // What was cut off by us says nothing about the post.
  if (unfit) return apply(scene, work, afterPrepare(work, attempt, unfit, around(needs)));
  let isMine = true;
  const prepared = await adapter.prepare(session, draft, attempt, {
    after: scene.newest,
    save: async (uploads) => {
      attempt = { ...attempt, uploads };
      isMine = await store(scene, work, { attempt });
    },
  });
  if (!isMine) return 'next';
  if (needs.signal.aborted) return 'stop';
  if (prepared.kind !== 'ready')
    return apply(scene, work, afterPrepare(work, attempt, prepared, around(needs)));
  const now = needs.clock.now();
  attempt = {
    ...attempt,
    state: 'sending',
    newestSeen: prepared.newestSeen,
    firstSentAt: now,
    lastSentAt: now,
    lookups: 0,
  };
  // Key, hash and uploads are committed before the first byte of the visible call; refused when a person cancelled the post meanwhile.
  if (!(await store(scene, work, { attempt, target: { status: 'sending' } }))) return 'next';
  return sendNow(scene, session, { ...work, target: { ...work.target, status: 'sending' } }, attempt, false);
}

/** Checked again before sending: limits change, and a post may have been added while its server was out of reach. */
async function unfitness({ adapter, account }: Scene, session: Session, draft: Draft) {
  const found = await adapter.limits(session);
  if (found.kind === 'refused') return found;
  const wrong = misfits(draft, found.limits, nameOf(account));
  if (wrong.length === 0) return undefined;
  const why = wrong
    .map(({ at, message }) => `${typeof at === 'number' ? `File ${at + 1}` : `Its ${at}`} ${message}`)
    .join('; ');
  return {
    kind: 'refused' as const,
    refusal: { class: 'edit' as const, code: 'BAD_INPUT' as const, why, notBefore: null },
  };
}

async function sendNow(
  scene: Scene,
  session: Session,
  work: Work,
  attempt: Attempt,
  doubt: boolean,
): Promise<Go> {
  const { needs, adapter } = scene;
  const draft = draftOf(work, attempt.part, needs.mediaFolder);
  const sent = await adapter.send(session, draft, attempt);
  const go = await apply(scene, work, afterSend(work, attempt, sent, doubt, around(needs)));
  if (sent.kind === 'published') {
    scene.newest = sent.remote.remoteId;
    if (sent.remote.url === null) await addLink(scene, session, work, attempt.part, sent.remote.remoteId);
  }
  return go;
}

/** Asks for the address of what is published and stored already: whatever happens here changes nothing of that. */
async function addLink(
  scene: Scene,
  session: Session,
  work: Work,
  part: number,
  remoteId: string,
): Promise<void> {
  const { needs, adapter, account } = scene;
  const url = await adapter.linkOf?.(session, remoteId);
  const now = await needs.ledger.work(work.post.id, account.id);
  const attempt = now?.attempts.find((one) => one.part === part);
  if (!url || !now || !attempt) return;
  const change = { post: work.post.id, account: account.id, from: now.target.status, note: null };
  const target = part === 0 ? { target: { url } } : {};
  await needs.ledger.record([{ ...change, ...target, attempt: { ...attempt, url } }], needs.clock.now());
}

async function lookFor(scene: Scene, work: Work, part: number): Promise<Go> {
  const { needs, adapter, account } = scene;
  const attempt = work.attempts.find((one) => one.part === part);
  const session = await openSession(scene);
  if (!session || !attempt) return 'stop';
  const draft = draftOf(work, part, needs.mediaFolder);
  const seen = await adapter.lookUp(session, draft, attempt);
  if (needs.signal.aborted) return 'stop';
  scene.tally.looked += 1;
  const ids = seen.kind === 'seen' ? [...seen.matches, ...seen.unclear].map(({ remoteId }) => remoteId) : [];
  const but = { post: work.post.id, part };
  const step = afterLookUp(
    work,
    attempt,
    seen,
    {
      known: await needs.ledger.known(account.id, ids, but),
      rivals: await needs.ledger.rivals(account.id, attempt.bodyHash, but),
      rule: await adapter.repeatRule(session),
      settings: needs.settings(),
    },
    around(needs),
  );
  const go = await apply(scene, work, step);
  if (go !== 'send' || step.change.attempt === undefined) return go;
  return sendNow(scene, session, work, step.change.attempt, true);
}

/** Stores a step, then tells whoever must know. `next` when the target has moved on meanwhile: the head is read anew. */
async function apply(scene: Scene, work: Work, step: Step): Promise<Go> {
  const { needs, tally } = scene;
  if (!(await needs.ledger.record([step.change], needs.clock.now()))) return 'next';
  needs.changed();
  const status = step.change.target?.status;
  if (status === 'published') tally.published += 1;
  if (status === 'failed' || status === 'missed' || status === 'unconfirmed') tally.failed += 1;
  if (step.go === 'stop') tally.waiting += 1;
  if (step.change.note !== null)
    needs.say(`${scene.account.handle}, post ${work.post.id}: ${step.change.note}`);
  for (const effect of step.effects) await tell(scene, effect);
  return step.go;
}

async function tell({ needs, account }: Scene, effect: Effect): Promise<void> {
  if (effect.kind === 'sign-in') await needs.signInNeeded(account.id, effect.reason);
  else needs.needsPerson(effect.matter);
}

function store(
  scene: Scene,
  work: Work,
  what: { attempt: Attempt; target?: { status: 'sending' } },
): Promise<boolean> {
  const { post, target } = work;
  const now = scene.needs.clock.now();
  const note = what.target ? sendingNote(work, now, lateAfterMs) : null;
  const change = { post: post.id, account: target.account, from: target.status, note, ...what };
  return scene.needs.ledger.record([change], now);
}

/** undefined when there is no token to be had: the accounts room has said why, and the queue waits. */
async function openSession({ needs, account }: Scene): Promise<Session | undefined> {
  try {
    const token = await needs.token(account.id);
    const http: Http = async (request) => {
      const result = await needs.http(request);
      const until = spentUntil(result, needs.clock.now());
      if (until !== null) needs.spent.set(account.id, until);
      return result;
    };
    return { account, token, http, clock: needs.clock, log: needs.log, signal: needs.signal };
  } catch (error) {
    const known =
      error instanceof BelfryError && (error.code === 'SIGN_IN_NEEDED' || error.code === 'VAULT_UNAVAILABLE');
    if (!known) throw error;
    needs.log('warn', error.message, { account: account.id });
    return undefined;
  }
}

function firstAttempt(part: number, key: string): Attempt {
  return {
    part,
    state: 'prepared',
    key,
    bodyHash: '',
    uploads: [],
    newestSeen: null,
    firstSentAt: null,
    lastSentAt: null,
    lookups: 0,
    remoteId: null,
    url: null,
  };
}

function around(needs: SenderNeeds): Around {
  const settleMs: Millis = needs.settings().settleSeconds * 1000;
  return { now: needs.clock.now(), settleMs, luck: needs.random.next(), freshKey: needs.random.uuid() };
}
