import { type Millis, pause } from '../../shared/index.ts';
import type { ReadBack, Session } from '../networks/index.ts';
import { bodyHash, draftOf } from './draft.ts';
import { canCall } from './next-action.ts';
import { differenceIn } from './outcome.ts';
import type { Attempt, Change, PublisherAccount, Work } from './ports.ts';
import { openSession, type SenderDeps } from './send-context.ts';

/** Accounts that are compared at the same time: nothing waits for it, so a few are enough. */
const mostAtOnce = 8;

/** Compares what is out with what was meant, beside the senders: no post that is due waits for it. */
export type Comparisons = {
  /** Compares everything of this account whose time has come; at once when that is under way already. */
  run(deps: SenderDeps, account: PublisherAccount): Promise<void>;
};

/** One comparison at a time per account; those beyond the limit are taken up by a later look. */
export function createComparisons(): Comparisons {
  const atWork = new Set<string>();
  return {
    async run(deps, account) {
      if (atWork.has(account.id) || atWork.size >= mostAtOnce) return;
      atWork.add(account.id);
      try {
        while (await compareNext(deps, account));
      } finally {
        atWork.delete(account.id);
      }
    },
  };
}

/** Compares the first part that is due for it; false when there is none, or nothing can be asked now. */
async function compareNext(deps: SenderDeps, account: PublisherAccount): Promise<boolean> {
  const next = await deps.ledger.toCompare(account.id, deps.clock.now());
  if (!next || deps.signal.aborted || !canCall(await deps.accountStatus(account.id))) return false;
  const work = await deps.ledger.work(next.post, account.id);
  const attempt = work?.attempts.find(({ part }) => part === next.part);
  if (!work || !attempt?.comparison) return true;
  const { comparison } = attempt;
  const stillUntil = deps.rateLimitedUntil.get(account.id) ?? 0;
  if (stillUntil > deps.clock.now())
    return conclude(deps, work, attempt, { comparison: { ...comparison, at: stillUntil } });
  const draft = draftOf(work, attempt.part, deps.mediaFolder);
  if (bodyHash(work, draft) !== attempt.bodyHash)
    return conclude(deps, work, attempt, notCompared('The post was edited since'));
  const session = await openSession({ deps, account });
  if (!session) return false;
  const shown = await look(deps, account, session, draft, attempt);
  if (deps.signal.aborted) return false;
  return conclude(deps, work, attempt, conclusionOf(shown, attempt, deps.clock.now()));
}

/** What is out may take a moment to be shown whole. */
const momentMs: Millis = 5000;

async function look(
  deps: SenderDeps,
  account: PublisherAccount,
  session: Session,
  draft: ReturnType<typeof draftOf>,
  { remoteId }: Attempt,
): Promise<ReadBack> {
  const { readBack } = deps.adapterOf(account);
  // The account was replaced by one of another network under the same name.
  if (!readBack || remoteId === null) return { kind: 'shown', url: null, differs: [] };
  const shown = await readBack(session, draft, remoteId);
  if (shown.kind === 'unreadable' || shown.differs.length === 0) return shown;
  await pause(deps.clock, momentMs, deps.signal);
  const again = deps.signal.aborted ? shown : await readBack(session, draft, remoteId);
  return again.kind === 'shown' ? again : shown;
}

/** What becomes of an attempt and its target; `comparison` null: it is over. */
type Conclusion = Pick<Attempt, 'comparison'> & {
  url?: string | null;
  differs?: readonly string[];
  why?: string;
};

const minute = 60_000;
/** After the first, second … comparison that failed; after the last it is given up. */
const waits: readonly Millis[] = [minute, 10 * minute, 60 * minute, 6 * 60 * minute];
/** Being off line is no try, for so long after the post went out. */
const offLineMs: Millis = 3 * 24 * 60 * minute;
const offLineWaitMs: Millis = 5 * minute;

/** What follows from what the network shows of a part; pure. */
export function conclusionOf(shown: ReadBack, { comparison, lastSentAt }: Attempt, now: Millis): Conclusion {
  if (shown.kind === 'shown') return { comparison: null, url: shown.url, differs: shown.differs };
  const { why, holds, notBefore } = shown.refusal;
  const tries = comparison?.tries ?? 0;
  if (holds === 'offline' && now - (lastSentAt ?? 0) < offLineMs)
    return { comparison: { at: now + offLineWaitMs, tries } };
  const wait = waits[tries];
  if (wait === undefined) return notCompared(why);
  return { comparison: { at: Math.max(now + wait, notBefore ?? 0), tries: tries + 1 } };
}

function notCompared(why: string): Conclusion {
  return { comparison: null, why };
}

/** Ends what is owed for accounts that are gone: nothing can be asked any more. */
export async function endComparisons(deps: SenderDeps, account: string): Promise<void> {
  for (;;) {
    const next = await deps.ledger.toCompare(account, Number.MAX_SAFE_INTEGER);
    const work = next && (await deps.ledger.work(next.post, account));
    const attempt = work?.attempts.find(({ part }) => part === next?.part);
    if (!work || !attempt) return;
    if (!(await conclude(deps, work, attempt, notCompared('The account was removed')))) return;
  }
}

const mostTries = 3;

/**
 * Stores a conclusion; false when the target keeps changing, so that a later look has to try again. The post is
 * published and stored already: whatever happens here changes nothing of that.
 */
async function conclude(
  deps: SenderDeps,
  { post, target: { account } }: Work,
  { part }: Attempt,
  conclusion: Conclusion,
): Promise<boolean> {
  for (let left = mostTries; left > 0; left -= 1) {
    const work = await deps.ledger.work(post.id, account);
    const attempt = work?.attempts.find((one) => one.part === part);
    if (!work || !attempt?.comparison) return true;
    if (await deps.ledger.record([changeOf(work, attempt, conclusion)], deps.clock.now())) {
      deps.changed();
      return true;
    }
  }
  return false;
}

function changeOf(work: Work, attempt: Attempt, { comparison, url, differs = [], why }: Conclusion): Change {
  const { account, status: from } = work.target;
  const named = differs.map((difference) => differenceIn(work, attempt.part, difference));
  const shownAt = url ?? attempt.url;
  const target = {
    ...(named.length === 0 ? {} : { differs: [...work.target.differs, ...named] }),
    ...(why === undefined ? {} : { notCompared: differenceIn(work, attempt.part, why) }),
    ...(attempt.part === 0 && shownAt !== work.target.url ? { url: shownAt } : {}),
  };
  const note =
    why !== undefined
      ? `Could not be compared with what the network shows: ${why}`
      : named.length > 0
        ? `What the network shows differs: ${differs.join(', ')}`
        : null;
  return {
    post: work.post.id,
    account,
    from,
    ...(Object.keys(target).length === 0 ? {} : { target }),
    attempt: { ...attempt, comparison, url: shownAt },
    note,
  };
}
