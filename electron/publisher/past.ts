import {
  fromInstant,
  type Millis,
  type PastChoice,
  type PostInput,
  type Problem,
  problemsError,
  toInstant,
} from '../../shared/index.ts';
import type { AddFrom } from './new-post.ts';
import type { PublisherDeps, Work } from './ports.ts';

/** A time so little ago counts as now: it passed while the request was on its way. */
export const nowToleranceMs = 5 * 60_000;

/** A post with a time that is not past, and with its own time for each account where it goes into weekly slots. */
export type Timely = {
  input: PostInput;
  slots?: ReadonlyMap<string, Millis>;
  /** What keeps it from being added: its time is past, and `past` is not given. */
  problems: Problem[];
};

/** Whether a post would go out at once because its time is past; `now` in milliseconds. */
export function isPast({ publishAt, draft }: PostInput, now: Millis): boolean {
  return publishAt !== null && !draft && fromInstant(publishAt) < now - nowToleranceMs;
}

/**
 * What becomes of a post whose time is past, as its `past` says. `taken` holds the slots that posts before it in the same
 * batch take, and gets those of this one.
 */
export async function timely(
  deps: Pick<PublisherDeps, 'clock' | 'nextSlots'>,
  input: PostInput,
  from: Pick<AddFrom, 'slots' | 'source' | 'as'>,
  taken = new Map<string, Set<Millis>>(),
): Promise<Timely> {
  const now = deps.clock.now();
  // Series know themselves what to do with what they missed; a slot is a time to come; a draft goes nowhere.
  const isSettled = from.slots !== undefined || from.source === 'series' || from.as === 'draft';
  if (isSettled || !isPast(input, now)) return { input, problems: [] };
  switch (input.past) {
    case 'publish':
      return { input: { ...input, publishAt: toInstant(now) }, problems: [] };
    case 'draft':
      return { input: { ...input, draft: true }, problems: [] };
    case 'move-to-slot':
      return intoSlots(input, await freeSlots(deps, input.accounts, taken, 'past'));
    default:
      return { input, problems: [{ field: 'publishAt', message: pastMessage(input, now) }] };
  }
}

function intoSlots(input: PostInput, slots: ReadonlyMap<string, Millis>): Timely {
  return { input: { ...input, publishAt: toInstant(Math.min(...slots.values())) }, slots, problems: [] };
}

/** Where a target is to go; null makes a draft of it, undefined leaves it where it is. */
export type TimeOf = (work: Work) => Millis | null | undefined;

/** Where targets go in a move, and which of them take a weekly slot there. */
export type Times = { of: TimeOf; inSlot(work: Work): boolean };

/**
 * The times of a move, with what `past` says for those that are past; `works` are the targets that will be moved.
 * Throws BAD_INPUT for past times without `past`, with the `field` that holds the time.
 */
export async function timelyMove(
  deps: Pick<PublisherDeps, 'clock' | 'nextSlots'>,
  works: readonly Work[],
  timeOf: TimeOf,
  { past, field }: { past: PastChoice | undefined; field: string },
): Promise<Times> {
  const now = deps.clock.now();
  const late = works.flatMap((work) => {
    const at = timeOf(work) ?? Number.POSITIVE_INFINITY;
    return at < now - nowToleranceMs ? [{ work, at }] : [];
  });
  if (late.length === 0) return { of: timeOf, inSlot: () => false };
  if (past === undefined) {
    const posts = new Set(late.map(({ work }) => work.post.id)).size;
    const all = new Set(works.map(({ post }) => post.id)).size;
    const first = Math.min(...late.map(({ at }) => at));
    const message =
      all === 1
        ? refusal(`is ${ago(first, now)} in the past`, 'the post')
        : refusal(`puts ${posts} of ${all} posts into the past (${ago(first, now)} at most)`, 'they');
    throw problemsError([{ field, message }], 'the move');
  }
  const settled = new Map<Work, Millis | null>();
  // What is moved beside them takes slots as well.
  const taken = new Map<string, Set<Millis>>();
  for (const work of works) take(taken, work.target.account, timeOf(work));
  for (const { work } of late.sort((a, b) => a.at - b.at)) {
    if (past !== 'move-to-slot') {
      settled.set(work, past === 'publish' ? now : null);
      continue;
    }
    const { account } = work.target;
    const free = await freeSlots(deps, [account], taken, field);
    settled.set(work, free.get(account) ?? null);
  }
  return {
    of: (work) => (settled.has(work) ? settled.get(work) : timeOf(work)),
    inSlot: (work) => past === 'move-to-slot' && settled.has(work),
  };
}

/** Notes that an account has something at this time. */
export function take(taken: Map<string, Set<Millis>>, account: string, at: Millis | null | undefined): void {
  if (at === null || at === undefined) return;
  taken.set(account, (taken.get(account) ?? new Set()).add(at));
}

/** The next free slot of each account, which are taken then. */
async function freeSlots(
  { nextSlots }: Pick<PublisherDeps, 'nextSlots'>,
  accounts: readonly string[],
  taken: Map<string, Set<Millis>>,
  field: string,
): Promise<ReadonlyMap<string, Millis>> {
  const message = 'cannot be move-to-slot: there are no weekly slots here';
  if (!nextSlots) throw problemsError([{ field, message }], 'the post');
  const slots = await nextSlots(accounts, taken);
  for (const [account, at] of slots) take(taken, account, at);
  return slots;
}

/** Why a time is refused, and the ways on. */
export function pastMessage({ publishAt }: Pick<PostInput, 'publishAt'>, now: Millis): string {
  return refusal(`is ${ago(publishAt === null ? now : fromInstant(publishAt), now)} in the past`, 'the post');
}

function refusal(what: string, who: string): string {
  return `${what}, and ${who} would go out at once; give another time, or say with "past" what is meant: publish, move-to-slot or draft`;
}

function ago(at: Millis, now: Millis): string {
  const minutes = Math.round((now - at) / 60_000);
  if (minutes < 120) return `${minutes} minutes`;
  return minutes < 2880 ? `${Math.round(minutes / 60)} hours` : `${Math.round(minutes / 1440)} days`;
}
