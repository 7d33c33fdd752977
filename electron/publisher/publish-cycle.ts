import type { Millis, Overdue } from '../../shared/index.ts';
import { createComparisons, endComparisons } from './compare-post.ts';
import {
  canCall,
  decide,
  endError,
  giveUp,
  isLate,
  lateLimit,
  momentOf,
  type NextAction,
} from './next-action.ts';
import type { PublisherAccount, PublisherDeps, Work } from './ports.ts';
import {
  apply,
  emptyTally,
  type SendContext,
  type SenderDeps,
  sendContext,
  sum,
  type Tally,
} from './send-context.ts';
import { lookAgain, lookFor, publish } from './send-post.ts';

/** What a cycle did; `busy` accounts were still sending when it ended, and go on by themselves. */
type CycleResult = Tally & { busy: number };

type CycleDeps = Omit<SenderDeps, 'signal'>;

/** One look at all accounts with something due. */
type PublishCycles = {
  /** Starts a sender for each such account that has none, and waits for them, but at most `patienceMs`. */
  run(deps: CycleDeps, which?: { only?: readonly string[]; cancelled?: AbortSignal }): Promise<CycleResult>;
  /** True while an account sends. */
  busy(): boolean;
  /** Ends every sender after the call that it is at; resolves when all have ended. */
  stop(): Promise<void>;
};

type CycleOptions = {
  /** Milliseconds that a cycle waits for its accounts, which then go on by themselves. */
  patienceMs: Millis;
  /** An account's sender has ended; `isFull`: others had found no place beside it. */
  ended(how: { isFull: boolean }): void;
};

/** Accounts that send at the same time. */
const mostAtOnce = 64;

/**
 * Keeps one sender per account. A sender that takes long (a film of a gigabyte, a server that does not answer) holds up
 * its own account only: the cycle ends without it, and later cycles do not start a second one.
 */
export function createPublishCycles({ patienceMs, ended }: CycleOptions): PublishCycles {
  /** Accounts that are sending; true when another cycle asked for them meanwhile. */
  const again = new Map<string, boolean>();
  const atWork = new Set<Promise<unknown>>();
  const controllers = new Set<AbortController>();
  const comparisons = createComparisons();
  let isFull = false;
  let stopped = false;

  const sendWhileAsked = async (deps: SenderDeps, account: PublisherAccount): Promise<Tally> => {
    let tally = emptyTally;
    do {
      again.set(account.id, false);
      tally = sum(tally, await sendAccount(deps, account));
      await lookAtUnconfirmed(deps, account);
    } while (again.get(account.id) && !deps.signal.aborted);
    return tally;
  };
  const start = (deps: SenderDeps, account: PublisherAccount): Promise<Tally> => {
    const sending = sendWhileAsked(deps, account).finally(() => {
      again.delete(account.id);
      ended({ isFull });
      isFull = false;
    });
    // The account is free again by then: what is due meanwhile goes out.
    const compared = sending.then(async (tally) => {
      await comparisons.run(deps, account);
      return tally;
    });
    atWork.add(compared);
    const forget = () => atWork.delete(compared);
    compared.then(forget, forget);
    return compared;
  };

  return {
    async run(given, { only, cancelled } = {}) {
      const ends = new AbortController();
      const deps = { ...given, signal: ends.signal };
      const wanted = stopped ? [] : await accountsWithWork(deps, only);
      const free: PublisherAccount[] = [];
      for (const account of wanted) {
        if (again.has(account.id)) again.set(account.id, true);
        else if (again.size >= mostAtOnce) isFull = true;
        else {
          again.set(account.id, false);
          free.push(account);
        }
      }
      const cancel = () => ends.abort();
      if (cancelled?.aborted || stopped) cancel();
      controllers.add(ends);
      cancelled?.addEventListener('abort', cancel, { once: true });
      const sendings = free.map((account) => start(deps, account));
      void Promise.allSettled(sendings).then(() => {
        controllers.delete(ends);
        cancelled?.removeEventListener('abort', cancel);
      });
      const done = await inTime(deps, sendings, patienceMs);
      return { ...done.reduce(sum, emptyTally), busy: sendings.length - done.length };
    },
    busy: () => again.size > 0,
    async stop() {
      stopped = true;
      for (const controller of controllers) controller.abort();
      while (atWork.size > 0) await Promise.allSettled(atWork);
    },
  };
}

async function accountsWithWork(deps: SenderDeps, only?: readonly string[]): Promise<PublisherAccount[]> {
  const now = deps.clock.now();
  const heads = (await deps.ledger.heads(now)).map(({ account }) => account);
  const unconfirmed = (await deps.ledger.unconfirmed(now)).map(({ account }) => account);
  const owed = await deps.ledger.comparisonsAfter(Number.NEGATIVE_INFINITY);
  const toCompare = owed.filter(({ at }) => at <= now).map(({ account }) => account);
  const ids = [...new Set([...heads, ...unconfirmed, ...toCompare])].filter(
    (id) => only === undefined || only.includes(id),
  );
  for (const id of heads) if (deps.account(id) === undefined) await endOrphans(deps, id);
  for (const { account } of owed)
    if (deps.account(account) === undefined) await endComparisons(deps, account);
  return ids.flatMap((id) => deps.account(id) ?? []);
}

/**
 * What the senders did that ended within `ms`; the others go on. What goes wrong with one is logged at once, and is
 * thrown as well when it came in time.
 */
async function inTime(deps: SenderDeps, sendings: readonly Promise<Tally>[], ms: Millis): Promise<Tally[]> {
  const done: Tally[] = [];
  const failures: unknown[] = [];
  const watched = sendings.map((sending) =>
    sending.then(
      (tally) => void done.push(tally),
      (error: unknown) => {
        deps.log('error', 'Publishing broke off', { error: String(error) });
        failures.push(error);
      },
    ),
  );
  let cancel = () => {};
  const patience = new Promise<void>((resolve) => {
    cancel = deps.clock.setTimer(ms, resolve);
  });
  await Promise.race([Promise.all(watched), patience]);
  cancel();
  if (failures.length > 0) throw failures[0];
  return [...done];
}

/** Looks for the account's unconfirmed posts again: they may have appeared since. */
async function lookAtUnconfirmed(deps: SenderDeps, account: PublisherAccount): Promise<void> {
  for (const { post, account: id } of await deps.ledger.unconfirmed(deps.clock.now())) {
    if (id !== account.id) continue;
    if (deps.signal.aborted || !canCall(await deps.accountStatus(id))) return;
    const work = await deps.ledger.work(post, id);
    if (work?.target.status === 'unconfirmed') await lookAgain(deps, account, work);
  }
}

/** Posts of a removed account cannot be sent: the user is notified. */
async function endOrphans(deps: SenderDeps, account: string): Promise<void> {
  for (;;) {
    const work = await deps.ledger.head(account, deps.clock.now());
    if (!work) break;
    const step = giveUp(work, work.target.status === 'sending' ? 'unconfirmed' : 'failed', accountGone(work));
    await deps.ledger.record([step.change], deps.clock.now());
    for (const effect of step.effects) if (effect.kind === 'attention') deps.needsAttention(effect.matter);
  }
  deps.changed();
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
async function sendAccount(deps: SenderDeps, account: PublisherAccount): Promise<Tally> {
  const context = sendContext(deps, account);
  const isStrict = account.order === 'strict';
  while (!deps.signal.aborted) {
    const now = deps.clock.now();
    const moment = momentOf(now);
    const settings = deps.settings();
    const work = isStrict
      ? await deps.ledger.head(account.id, now)
      : await deps.ledger.free(account.id, moment, now - lateLimit(settings));
    if (!work) break;
    const decision = decide(work, {
      now,
      settings,
      ready: canCall(await deps.accountStatus(account.id)),
      held: (await deps.ledger.accountHold(account.id, moment)) !== undefined,
      rateLimitedUntil: deps.rateLimitedUntil.get(account.id) ?? null,
      lastPublished: isLate(work, now) ? await deps.ledger.lastPublished(account.id) : null,
    });
    if (decision.do === 'wait') context.tally.waiting += 1;
    if (decision.do === 'wait') break;
    const next = await doNext(context, work, decision);
    if (next === 'stop' || (next === 'held' && isStrict)) break;
  }
  return context.tally;
}

async function doNext(
  context: SendContext,
  work: Work,
  decision: Exclude<ReturnType<typeof decide>, { do: 'wait' }>,
): Promise<NextAction> {
  if (decision.do === 'step') return apply(context, work, decision.step);
  return decision.do === 'publish'
    ? publish(context, work, decision.part)
    : lookFor(context, work, decision.part);
}

/**
 * Takes up what an earlier engine left in `sending`: each such call has an unknown outcome from now on, waits out the
 * reconcile delay and is looked up. Nothing is sent here.
 */
export async function recover(deps: PublisherDeps): Promise<void> {
  const now = deps.clock.now();
  const facts = {
    now,
    settings: deps.settings(),
    ready: false,
    held: false,
    rateLimitedUntil: null,
    lastPublished: null,
  };
  const changes = (await deps.ledger.sending()).flatMap((work) => {
    const decision = decide(work, facts);
    return decision.do === 'step' ? [decision.step.change] : [];
  });
  if (changes.length === 0) return;
  await deps.ledger.record(changes, now);
  deps.log('warn', `${changes.length} posts were being sent when Belfry ended; they will be looked up`);
  deps.changed();
}

/** Whether a cycle did anything that belongs into a history. */
export function isWorthKeeping({ published, failed, looked, busy }: CycleResult): boolean {
  return published + failed + looked + busy > 0;
}

/** A cycle in one line, with what is due and still waits. */
export function summaryOf(result: CycleResult, overdue: readonly Overdue[]): string {
  const { published, failed, looked, busy } = result;
  const waiting = overdue.reduce((sum, group) => sum + group.posts, 0);
  const parts = [
    published > 0 ? `${posts(published)} published` : '',
    failed > 0 ? `${posts(failed)} ${failed === 1 ? 'needs' : 'need'} you` : '',
    looked > 0 ? `${posts(looked)} looked up` : '',
    busy > 0 ? `${busy === 1 ? '1 account' : `${busy} accounts`} still at work` : '',
    waiting > 0 ? `${posts(waiting)} waiting` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'Nothing to publish' : parts.join(', ');
}

function posts(count: number): string {
  return count === 1 ? '1 post' : `${count} posts`;
}
