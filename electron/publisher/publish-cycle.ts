import type { Millis } from '../../shared/index.ts';
import { decide, endError, ended, isLate, lateLimit, momentOf } from './next-action.ts';
import type { PublisherAccount, PublisherNeeds, Work } from './ports.ts';
import {
  apply,
  emptyTally,
  type Go,
  type SendContext,
  type SenderNeeds,
  sendContext,
  sum,
  type Tally,
} from './send-context.ts';
import { lookAgain, lookFor, publish } from './send-post.ts';

/** What a pass did; `busy` accounts were still at work when it ended, and go on by themselves. */
export type PassResult = Tally & { busy: number };

type PassNeeds = Omit<SenderNeeds, 'signal'>;

/** One look at all accounts with something due. */
type Passes = {
  /** Starts a sender for each such account that has none, and waits for them, but at most `patienceMs`. */
  run(needs: PassNeeds, cancelled: AbortSignal, only?: readonly string[]): Promise<PassResult>;
  /** Ends every sender after the call that it is at; resolves when all have ended. */
  stop(): Promise<void>;
};

/** Accounts that send at the same time. */
const mostAtOnce = 64;

/**
 * Keeps one sender per account. A sender that takes long (a film of a gigabyte, a server that does not answer) holds up
 * its own account only: the pass ends without it, and a later pass leaves it alone.
 */
export function createPasses(patienceMs: Millis): Passes {
  /** Accounts at work; true when somebody asked for another look meanwhile. */
  const again = new Map<string, boolean>();
  const atWork = new Set<Promise<unknown>>();
  const controllers = new Set<AbortController>();
  let stopped = false;

  const sendWhileAsked = async (needs: SenderNeeds, account: PublisherAccount): Promise<Tally> => {
    let tally = emptyTally;
    do {
      again.set(account.id, false);
      tally = sum(tally, await sendAccount(needs, account));
      await lookAtUnconfirmed(needs, account);
    } while (again.get(account.id) && !needs.signal.aborted);
    return tally;
  };
  const start = (needs: SenderNeeds, account: PublisherAccount): Promise<Tally> => {
    const sending = sendWhileAsked(needs, account).finally(() => again.delete(account.id));
    atWork.add(sending);
    const forget = () => atWork.delete(sending);
    sending.then(forget, forget);
    return sending;
  };

  return {
    async run(given, cancelled, only) {
      const ends = new AbortController();
      const needs = { ...given, signal: ends.signal };
      const wanted = stopped ? [] : await accountsWithWork(needs, only);
      const free: PublisherAccount[] = [];
      for (const account of wanted) {
        if (again.has(account.id)) again.set(account.id, true);
        else if (again.size < mostAtOnce) {
          again.set(account.id, false);
          free.push(account);
        }
      }
      const cancel = () => ends.abort();
      if (cancelled.aborted || stopped) cancel();
      controllers.add(ends);
      cancelled.addEventListener('abort', cancel, { once: true });
      const sendings = free.map((account) => start(needs, account));
      void Promise.allSettled(sendings).then(() => {
        controllers.delete(ends);
        cancelled.removeEventListener('abort', cancel);
      });
      const done = await inTime(needs, sendings, patienceMs);
      return { ...done.reduce(sum, emptyTally), busy: sendings.length - done.length };
    },
    async stop() {
      stopped = true;
      for (const controller of controllers) controller.abort();
      while (atWork.size > 0) await Promise.allSettled(atWork);
    },
  };
}

async function accountsWithWork(needs: SenderNeeds, only?: readonly string[]): Promise<PublisherAccount[]> {
  const now = needs.clock.now();
  const heads = (await needs.ledger.heads(now)).map(({ account }) => account);
  const unconfirmed = (await needs.ledger.unconfirmed(now)).map(({ account }) => account);
  const ids = [...new Set([...heads, ...unconfirmed])].filter(
    (id) => only === undefined || only.includes(id),
  );
  for (const id of heads) if (needs.account(id) === undefined) await endOrphans(needs, id);
  return ids.flatMap((id) => needs.account(id) ?? []);
}

/**
 * What the senders did that ended within `ms`; the others go on. What goes wrong with one is logged at once, whoever
 * still waits, and is thrown as well when it came in time.
 */
async function inTime(needs: SenderNeeds, sendings: readonly Promise<Tally>[], ms: Millis): Promise<Tally[]> {
  const done: Tally[] = [];
  const failures: unknown[] = [];
  const watched = sendings.map((sending) =>
    sending.then(
      (tally) => void done.push(tally),
      (error: unknown) => {
        needs.log('error', 'Publishing broke off', { error: String(error) });
        failures.push(error);
      },
    ),
  );
  let cancel = () => {};
  const patience = new Promise<void>((resolve) => {
    cancel = needs.clock.setTimer(ms, resolve);
  });
  await Promise.race([Promise.all(watched), patience]);
  cancel();
  if (failures.length > 0) throw failures[0];
  return [...done];
}

/** Looks for the account's posts that a person was asked about: they may turn up by themselves. */
async function lookAtUnconfirmed(needs: SenderNeeds, account: PublisherAccount): Promise<void> {
  for (const { post, account: id } of await needs.ledger.unconfirmed(needs.clock.now())) {
    if (id !== account.id) continue;
    const status = await needs.accountStatus(id);
    if (needs.signal.aborted || (status !== 'ready' && status !== 'unknown')) return;
    const work = await needs.ledger.work(post, id);
    if (work?.target.status === 'unconfirmed') await lookAgain(needs, account, work);
  }
}

/** Posts of an account that was removed can go nowhere: a person is told. */
async function endOrphans(needs: SenderNeeds, account: string): Promise<void> {
  for (;;) {
    const work = await needs.ledger.head(account, needs.clock.now());
    if (!work) break;
    const step = ended(work, work.target.status === 'sending' ? 'unconfirmed' : 'failed', accountGone(work));
    await needs.ledger.record([step.change], needs.clock.now());
    for (const effect of step.effects) if (effect.kind === 'person') needs.needsPerson(effect.matter);
  }
  needs.changed();
}

function accountGone(work: Work) {
  return endError('NOT_FOUND', work, {
    what: 'The account is not in Belfry any more',
    why: 'It was removed while the post was waiting',
    remedy: 'Add the account again and retry the post, or cancel it',
  });
}

/**
 * Works through the due targets of one account in order. A target that is put off holds those behind it where the
 * account keeps the order, or where what it waits for holds the whole account.
 */
async function sendAccount(needs: SenderNeeds, account: PublisherAccount): Promise<Tally> {
  const scene = sendContext(needs, account);
  const isStrict = account.order === 'strict';
  while (!needs.signal.aborted) {
    const now = needs.clock.now();
    const moment = momentOf(now);
    const settings = needs.settings();
    const work = isStrict
      ? await needs.ledger.head(account.id, now)
      : await needs.ledger.free(account.id, moment, now - lateLimit(settings));
    if (!work) break;
    const status = await needs.accountStatus(account.id);
    const next = decide(work, {
      now,
      settings,
      ready: status === 'ready' || status === 'unknown',
      held: (await needs.ledger.accountHold(account.id, moment)) !== undefined,
      spentUntil: needs.spent.get(account.id) ?? null,
      lastPublished: isLate(work, now) ? await needs.ledger.lastPublished(account.id) : null,
    });
    if (next.do === 'wait') scene.tally.waiting += 1;
    if (next.do === 'wait') break;
    const go = await doNext(scene, work, next);
    if (go === 'stop' || (go === 'held' && isStrict)) break;
  }
  return scene.tally;
}

async function doNext(
  scene: SendContext,
  work: Work,
  next: Exclude<ReturnType<typeof decide>, { do: 'wait' }>,
): Promise<Go> {
  if (next.do === 'step') return apply(scene, work, next.step);
  return next.do === 'publish' ? publish(scene, work, next.part) : lookFor(scene, work, next.part);
}

/**
 * Takes up what an earlier engine left in `sending`: each such call has an unknown outcome from now on, waits out the
 * settle time and is looked up. Nothing is sent here.
 */
export async function recover(needs: PublisherNeeds): Promise<void> {
  const now = needs.clock.now();
  const facts = {
    now,
    settings: needs.settings(),
    ready: false,
    held: false,
    spentUntil: null,
    lastPublished: null,
  };
  const changes = (await needs.ledger.sending()).flatMap((work) => {
    const next = decide(work, facts);
    return next.do === 'step' ? [next.step.change] : [];
  });
  if (changes.length === 0) return;
  await needs.ledger.record(changes, now);
  needs.log('warn', `${changes.length} posts were being sent when Belfry ended; they will be looked up`);
  needs.changed();
}
