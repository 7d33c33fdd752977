import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  BelfryError,
  type CalendarTrigger,
  fromInstant,
  inSteps,
  type Millis,
  type PostInput,
  type PostView,
  type Problem,
  problemsError,
  type Queue,
  type QueuePlace,
  type QueueView,
  toInstant,
} from '../../shared/index.ts';
import type { AddFrom } from '../publisher/index.ts';
import type { PlannerDeps } from './deps.ts';

/** Posts outside of the slots that a view holds at most. */
const othersShown = 10;
/** Far enough ahead to see every post that waits. */
const horizonMs = 10 * 366 * 86_400_000;
/** Queues looked at before the event loop gets its turn. */
const queuesPerStep = 5;
/** As many as are looked at together: posts of a queue lie close to each other. */
const slotsAtOnce = 200;
/** Other posts may take a slot between the query and the claim, but hardly as often as this. */
const mostTries = 20;

/** The next free slot of each account, by account, but those of `taken`. Throws BAD_INPUT when one has no slots, CONFLICT when all are taken. */
export async function freeSlots(
  deps: PlannerDeps,
  accounts: readonly string[],
  taken: ReadonlyMap<string, ReadonlySet<Millis>> = new Map(),
): Promise<ReadonlyMap<string, Millis>> {
  const queues = accounts.map((account) => queueOf(deps, account));
  const problems = queues.flatMap((queue, index): Problem[] =>
    queue ? [] : [{ field: `accounts[${index}]`, message: noSlots(accounts[index] ?? '') }],
  );
  if (problems.length > 0) throw problemsError(problems, 'the post');
  const now = deps.clock.now();
  const slots = new Map<string, Millis>();
  for (const queue of queues.filter((one) => one !== undefined)) {
    const free = await firstFree(deps, queue, now, async (first, last) => {
      const waiting = await deps.posts.waiting(queue.account, first, last);
      return new Set([...waiting.map(({ dueAt }) => dueAt), ...(taken.get(queue.account) ?? [])]);
    });
    if (free === undefined) throw full(queue.account);
    slots.set(queue.account, free);
  }
  return slots;
}

/** Adds a post to the next free slot of each of its accounts; tries again when another post took one first. */
export async function addToSlots(deps: PlannerDeps, post: PostInput, from: AddFrom): Promise<PostView> {
  for (let left = mostTries; ; left -= 1) {
    const slots = await freeSlots(deps, post.accounts);
    const publishAt = toInstant(Math.min(...slots.values()));
    try {
      return await deps.posts.add({ ...post, publishAt }, { ...from, slots });
    } catch (error) {
      const isTaken = error instanceof BelfryError && error.code === 'CONFLICT';
      if (!isTaken || left === 0) throw error;
    }
  }
}

/** The next slots of a queue, and the posts that are to be shown: those in slots, and a few others. */
async function lookAhead(deps: PlannerDeps, queue: Queue, limit: number) {
  const now = deps.clock.now();
  const times = slotTimes(deps, queue, now, limit);
  const last = times.at(-1) ?? now;
  // What is due now is on its way out.
  const waiting = await deps.posts.waiting(queue.account, now + 1, now + horizonMs);
  const taken = new Set(waiting.map(({ dueAt }) => dueAt));
  const slots = new Set(times);
  let others = 0;
  const shown = waiting.filter(({ dueAt }) => dueAt <= last && (slots.has(dueAt) || ++others <= othersShown));
  const free = times.filter((at) => !taken.has(at));
  return { queue, slots, shown, free, later: waiting.length - shown.length };
}

/**
 * The next `limit` slots of each queue with what is in them, and what else waits until the last of them, a few posts
 * at most. `later` counts the posts that are not shown.
 */
export async function viewQueues(
  deps: PlannerDeps,
  queues: readonly Queue[],
  limit: number,
): Promise<QueueView[]> {
  const ahead = await inSteps(
    queues,
    nextTurn,
    (some) => Promise.all(some.map((one) => lookAhead(deps, one, limit))),
    queuesPerStep,
  );
  const ids = new Set(ahead.flatMap(({ shown }) => shown.map(({ post }) => post)));
  const views = new Map((await deps.posts.getAll([...ids])).map((view) => [view.id, view]));
  return ahead.map(({ queue, slots, shown, free, later }) => {
    const posts = shown.map(({ post, dueAt }) => ({
      at: dueAt,
      slot: slots.has(dueAt),
      post: views.get(post) ?? null,
    }));
    const upcoming = [...posts, ...free.map((at) => ({ at, slot: true, post: null }))]
      .sort((a, b) => a.at - b.at)
      .map(({ at, ...rest }) => ({ at: toInstant(at), ...rest }));
    return {
      account: queue.account,
      known: deps.hasAccount(queue.account),
      timezone: queue.timezone ?? deps.defaultTimezone(),
      slots: queue.slots,
      upcoming,
      later,
    };
  });
}

/** Moves a post within the slots that the queue's posts have. Throws NOT_FOUND when the post is in none of them. */
export async function moveInQueue(
  deps: PlannerDeps,
  { account, post, to }: { account: string; post: string; to: QueuePlace },
): Promise<void> {
  await reorder(deps, account, `Moved in the queue (${to})`, (list) => {
    const index = list.findIndex((entry) => entry.post === post);
    if (index < 0) throw notInQueue(account, post);
    return movedTo(list, index, to);
  });
}

/** Gives the slots that the queue's posts have to the same posts in another order. */
export function shuffleQueue(deps: PlannerDeps, account: string): Promise<void> {
  return reorder(deps, account, 'Moved in the queue (shuffled)', (list) =>
    shuffled(list, () => deps.random.next()),
  );
}

type Entry = { post: string; dueAt: Millis };

/** The slots stay taken as they are, each by another post: so no other post can take one in between. */
async function reorder(
  deps: PlannerDeps,
  account: string,
  note: string,
  order: (list: readonly Entry[]) => readonly Entry[],
): Promise<void> {
  for (let left = mostTries; ; left -= 1) {
    const list = await queued(deps, requireQueue(deps, account));
    const wanted = order(list);
    const moves = wanted.flatMap(({ post, dueAt }, index) => {
      const to = list[index]?.dueAt ?? dueAt;
      return to === dueAt ? [] : [{ post, account, from: dueAt, to }];
    });
    if (moves.length === 0 || (await deps.posts.reschedule(moves, note))) return;
    if (left === 0) throw busy(account);
  }
}

/** The posts in slots of the queue, by time; of several at one instant the first. */
async function queued(deps: PlannerDeps, queue: Queue): Promise<Entry[]> {
  const now = deps.clock.now();
  const waiting = await deps.posts.waiting(queue.account, now, now + horizonMs);
  const entries: Entry[] = [];
  let slots: readonly Millis[] = [];
  for (const entry of waiting) {
    if (entry.dueAt > (slots.at(-1) ?? now)) slots = slotTimes(deps, queue, entry.dueAt - 1, slotsAtOnce);
    if (entries.at(-1)?.dueAt !== entry.dueAt && slots.includes(entry.dueAt)) entries.push(entry);
  }
  return entries;
}

function queueOf(deps: PlannerDeps, account: string): Queue | undefined {
  return deps.config().queues.find((queue) => queue.account === account);
}

/** The queue of an account; throws NOT_FOUND. */
export function requireQueue(deps: PlannerDeps, account: string): Queue {
  const queue = queueOf(deps, account);
  if (queue) return queue;
  throw noQueue(account);
}

/** What is wrong with an account of a post that asks for a slot. */
function noSlots(account: string): string {
  return `has no weekly slots; set some, such as: belfry queue set ${account} mon,wed,fri@09:00`;
}

/** NOT_FOUND for a post that waits elsewhere. */
function notInQueue(account: string, post: string): BelfryError {
  return new BelfryError({
    code: 'NOT_FOUND',
    what: `Post "${post}" is in no slot`,
    where: `in the queue of "${account}"`,
    why: 'It is not queued for one of the weekly slots to come',
    remedy: `See them with: belfry queue list ${account}`,
  });
}

/** CONFLICT for years without a free slot. */
function full(account: string): BelfryError {
  return new BelfryError({
    code: 'CONFLICT',
    what: 'The queue is full',
    where: `for account "${account}"`,
    why: 'The next 10000 slots are all taken',
    remedy: 'Add slots, or give the post a time of its own',
  });
}

/** CONFLICT for a queue that changes faster than it can be read. */
function busy(account: string): BelfryError {
  return new BelfryError({
    code: 'CONFLICT',
    what: 'The queue keeps changing',
    where: `for account "${account}"`,
    why: 'Its posts are being worked on at this moment',
    remedy: 'Try again in a moment',
  });
}

/** NOT_FOUND for an account without weekly slots. */
function noQueue(account: string): BelfryError {
  return new BelfryError({
    code: 'NOT_FOUND',
    what: `The account "${account}" has no queue`,
    where: 'in config.json',
    why: 'No weekly slots are set for it',
    remedy: `Set some, such as: belfry queue set ${account} mon,wed,fri@09:00`,
  });
}

/** Any Monday does: the slots come every week. */
const someMonday = '1970-01-05';

/** The next `count` slots of a queue after `from`, by the rules for clock changes that jobs have. */
function slotTimes(
  { fireTimes, defaultTimezone }: Pick<PlannerDeps, 'fireTimes' | 'defaultTimezone'>,
  queue: Queue,
  from: Millis,
  count: number,
): Millis[] {
  const triggers = queue.slots.map(
    ({ days, at }): CalendarTrigger => ({
      type: 'calendar',
      every: 1,
      unit: 'weeks',
      weekdays: [...days],
      at,
      from: someMonday,
    }),
  );
  const timezone = queue.timezone ?? defaultTimezone();
  const until = Number.POSITIVE_INFINITY;
  return fireTimes({ triggers, timezone, anchor: 0, from, until, count }).next.map(fromInstant);
}

/** The first slot after `from` that is not in `taken`; pages through the weeks. undefined when some years are full. */
async function firstFree(
  deps: Pick<PlannerDeps, 'fireTimes' | 'defaultTimezone'>,
  queue: Queue,
  from: Millis,
  taken: (first: Millis, last: Millis) => Promise<ReadonlySet<Millis>>,
): Promise<Millis | undefined> {
  let after = from;
  for (let page = 0; page < 100; page += 1) {
    const times = slotTimes(deps, queue, after, 100);
    const [first] = times;
    const last = times.at(-1);
    if (first === undefined || last === undefined) return undefined;
    const full = await taken(first, last);
    const free = times.find((at) => !full.has(at));
    if (free !== undefined) return free;
    after = last;
  }
  return undefined;
}

/** The same list with the entry at `index` at another position; those in between move by one. */
export function movedTo<T>(list: readonly T[], index: number, place: QueuePlace): T[] {
  const rest = list.filter((_, other) => other !== index);
  const moved = list.slice(index, index + 1);
  const at = { top: 0, bottom: rest.length, up: Math.max(index - 1, 0), down: index + 1 }[place];
  return [...rest.slice(0, at), ...moved, ...rest.slice(at)];
}

/** The same list in any order, each equally likely (Fisher–Yates); `random` gives numbers in [0, 1). */
export function shuffled<T>(list: readonly T[], random: () => number): T[] {
  const left = [...list];
  return list.flatMap(() => left.splice(Math.floor(random() * left.length), 1));
}
