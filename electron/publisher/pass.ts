import type { Millis } from '../../shared/index.ts';
import { ended } from './decide.ts';
import type { Head, PublisherAccount, Work } from './ports.ts';
import { lookAgain, type SenderNeeds, sendAccount, type Tally } from './sender.ts';
import { targetError } from './texts.ts';

/** Accounts that send at the same time; each has one sender. */
const mostAtOnce = 16;

/** Keeps one sender per account, also when two passes overlap: the second waits for the first and then looks again. */
export function createPasses(): (needs: SenderNeeds, only?: readonly string[]) => Promise<Tally> {
  const busy = new Map<string, Promise<Tally>>();
  const oneByOne = async (needs: SenderNeeds, account: PublisherAccount): Promise<Tally> => {
    while (busy.has(account.id)) await busy.get(account.id)?.catch(() => undefined); // Whoever started it hears of its error.
    const sending = sendAccount(needs, account).finally(() => busy.delete(account.id));
    busy.set(account.id, sending);
    return sending;
  };
  return async (needs, only) => {
    const now = needs.clock.now();
    await lookAtUnconfirmed(needs, now);
    const heads = (await needs.ledger.heads(now)).filter(
      ({ account }) => only === undefined || only.includes(account),
    );
    const known = heads.flatMap((head) => needs.account(head.account) ?? []);
    await endOrphans(needs, heads);
    const tallies = await inParallel(known, mostAtOnce, (account) => oneByOne(needs, account));
    return tallies.reduce(sum, { published: 0, failed: 0, waiting: 0, looked: 0 });
  };
}

async function lookAtUnconfirmed(needs: SenderNeeds, now: Millis): Promise<void> {
  for (const { post, account: id } of await needs.ledger.unconfirmed(now)) {
    const account = needs.account(id);
    const work = await needs.ledger.work(post, id);
    if (needs.signal.aborted) return;
    if (account && work?.target.status === 'unconfirmed') await lookAgain(needs, account, work);
  }
}

/** Posts of an account that was removed can go nowhere: a person is told. */
async function endOrphans(needs: SenderNeeds, heads: readonly Head[]): Promise<void> {
  for (const { account } of heads.filter((head) => needs.account(head.account) === undefined)) {
    for (;;) {
      const work = await needs.ledger.head(account, needs.clock.now());
      if (!work) break;
      const step = ended(
        work,
        work.target.status === 'sending' ? 'unconfirmed' : 'failed',
        accountGone(work),
      );
      await needs.ledger.record([step.change], needs.clock.now());
      for (const effect of step.effects) if (effect.kind === 'person') needs.needsPerson(effect.matter);
    }
    needs.changed();
  }
}

function accountGone(work: Work) {
  return targetError('NOT_FOUND', work, {
    what: 'The account is not in Belfry any more',
    why: 'It was removed while the post was waiting',
    remedy: 'Add the account again and retry the post, or cancel it',
  });
}

async function inParallel<T, R>(
  list: readonly T[],
  most: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const queue = [...list];
  const results: R[] = [];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) results.push(await work(item));
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(most, list.length) }, worker));
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
  return results;
}

function sum(a: Tally, b: Tally): Tally {
  return {
    published: a.published + b.published,
    failed: a.failed + b.failed,
    waiting: a.waiting + b.waiting,
    looked: a.looked + b.looked,
  };
}
