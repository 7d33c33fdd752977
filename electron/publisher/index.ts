import type {
  CallOutput,
  Millis,
  Overdue,
  PastChoice,
  PostBatchResult,
  PostChanges,
  PostCheck,
  PostCount,
  PostCountQuery,
  PostInput,
  PostMove,
  PostView,
} from '../../shared/index.ts';
import { createAdapters, createHttp } from '../networks/index.ts';
import { addPost, addPosts } from './add-post.ts';
import {
  changeMany,
  changeTargets,
  command,
  type Many,
  movingMany,
  notFound,
  type Rescheduling,
  reschedule,
  withdraw,
} from './change-posts.ts';
import { checkPost } from './check-post.ts';
import {
  type Command,
  cancelling,
  movable,
  movingEach,
  publishingNow,
  resolvingDoubt,
  retrying,
} from './commands.ts';
import { nextKey } from './draft.ts';
import { editPost } from './edit-post.ts';
import type { AddFrom } from './new-post.ts';
import { timelyMove } from './past.ts';
import type { HistoryLine, ListQuery, Look, PublisherAccount, PublisherDeps, Waiting } from './ports.ts';
import { createLookAhead } from './public-urls.ts';
import { createPublishCycles, isWorthKeeping, recover, summaryOf } from './publish-cycle.ts';
import { createPublishLoop, nextDue, throttle } from './publish-loop.ts';
import { createPresence } from './send-context.ts';
import { createTidying } from './tidy.ts';
import { overduePosts, viewPost, viewPosts } from './view.ts';

export { realPathWithin } from './media/inspect.ts';
export { createMediaFiles } from './media/media-files.ts';
export { createWorkshop, type Workshop } from './media/workshop/index.ts';
export { type AddFrom, jobKey } from './new-post.ts';
export type {
  AttentionNeeded,
  Fetch,
  HistoryLine,
  Look,
  PostLedger,
  PublisherAccount,
  PublisherDeps,
  PublisherSettings,
  Waiting,
} from './ports.ts';

/** Old files and addresses ahead are looked at this often. */
const aroundEveryMs: Millis = 60_000;

/** Counting further would cost time, and an exact larger number helps no reader. */
const mostCounted = 10_000;

/** Posts on their way to networks: published on time, once. */
export type Publisher = {
  /** Takes up what an earlier engine left half done, looks at what is due, and from then on publishes each post at its time. */
  start(): Promise<void>;
  /**
   * Starts nothing new, and waits for the calls that are under way, at most `drainMs` (10 s): what is cut off then is
   * looked up at the next start. Can be called twice.
   */
  stop(options?: { drainMs?: number }): Promise<void>;
  /** Accounts, settings, a pause or the clock have changed: looks at what is due now, unless publishing is paused. */
  wake(): void;
  /** Whether posts are on their way now, and when it looks next by itself; null while nothing waits, or publishing is paused. */
  status(): { publishing: boolean; nextLook: Millis | null };
  /** Publishes what is due and looks up what is unknown, also while paused; not before a restored database is confirmed. */
  publishNow(context: {
    signal: AbortSignal;
    say(text: string): void;
  }): Promise<{ ok: boolean; summary: string }>;
  /**
   * What the accounts of a post would refuse, and what is wrong with its files, as one problem per field; stores nothing.
   * Limits that are not known yet are fetched; a server that does not answer is skipped.
   */
  check(post: PostInput, edited?: string): Promise<PostCheck>;
  /** Throws BAD_INPUT with all problems together. */
  add(post: PostInput, from: AddFrom): Promise<PostView>;
  /** The same for many: all or none; details of BAD_INPUT name them as `posts[3].text`. */
  addAll(posts: readonly PostInput[], from: AddFrom & { dryRun: boolean }): Promise<PostBatchResult>;
  /** Replaces a post; throws CONFLICT while a target is being sent or unconfirmed, and when all are out. */
  edit(id: string, post: PostInput): Promise<PostView>;
  /** Throws NOT_FOUND when there is no post `after`. */
  list(query: ListQuery): Promise<PostView[]>;
  /** The same page by page, with the number of all that fit when `count` asks for it. */
  page(query: ListQuery & { count: boolean }): Promise<CallOutput<'posts.page'>>;
  /** How many posts fit, counted up to 10,000. */
  count(query: PostCountQuery): Promise<PostCount>;
  get(id: string): Promise<PostView | undefined>;
  /** Those that are there, in the order of the ids. */
  getAll(ids: readonly string[]): Promise<PostView[]>;
  /** What happened to each target, oldest first. */
  history(id: string): Promise<HistoryLine[]>;
  cancel(id: string): Promise<PostView>;
  retry(id: string): Promise<PostView>;
  /** Publishes a post at once, whatever its time. */
  publish(id: string): Promise<PostView>;
  /** Commands for many: in one transaction, or with `dryRun` only reported. Posts named by their ids must all take it. */
  cancelAll(many: Many): Promise<PostChanges>;
  retryAll(many: Many): Promise<PostChanges>;
  moveAll(many: Many & { to: PostMove; past?: PastChoice | undefined }): Promise<PostChanges>;
  /** Gives a post another time, BAD_INPUT for a past one unless `past` allows it; null makes it a draft. What is published, being sent or unconfirmed stays as it is. */
  move(id: string, publishAt: Millis | null, past?: PastChoice): Promise<PostView>;
  /** What of an account waits for a time in [from, to], by time. */
  waiting(account: string, from: Millis, to: Millis): Promise<Waiting[]>;
  /** Gives queued targets other times, all or none: false when one of them is not queued for `from` any more. */
  reschedule(moves: readonly Rescheduling[], note: string): Promise<boolean>;
  /** Forgets a post as if it had never been; false, and nothing is done, when it was changed, is on its way or has ended. */
  withdraw(id: string): Promise<boolean>;
  settle(word: { id: string; account: string; published: boolean }): Promise<PostView>;
  /** The account works again after a sign-in: its queue goes on. */
  accountReady(accountId: string): Promise<void>;
  /** True while a post of this account is on its way to the network. */
  sending(accountId: string): Promise<boolean>;
  counts(): Promise<{ queued: number; needYou: number }>;
  /** Queued posts of these accounts: how many in all, and by account. */
  waitingFor(accounts: readonly string[]): Promise<{ posts: number; by: ReadonlyMap<string, number> }>;
  /** Posts that are due and not out, by account and by what they wait for. */
  overdue(): Promise<Overdue[]>;
};

/** Creates the publisher; nothing happens before `start`. */
export function createPublisher(given: PublisherDeps): Publisher {
  const { ledger, clock } = given;
  const changed = throttle(clock, () => {
    loop.rearm();
    given.changed();
  });
  const deps = { ...given, changed };
  const http = createHttp({ ...deps, timeoutMs: deps.requestTimeoutMs });
  const adapterOf = createAdapters();
  const rateLimitedUntil = new Map<string, Millis>();
  const presence = createPresence(clock);
  const cycles = createPublishCycles({
    patienceMs: given.patienceMs ?? 20_000,
    ended: ({ isFull }) => (isFull ? loop.wake() : loop.rearm()),
  });
  const tidying = createTidying(deps, http);
  const lookAhead = createLookAhead(deps, http, adapterOf);
  const underWay = new Set<Promise<unknown>>();
  const track = (running: Promise<unknown> | undefined) => {
    if (!running) return;
    underWay.add(running);
    const forget = () => underWay.delete(running);
    running.then(forget, forget); // What is tracked logs its own failures.
  };

  const runCycle = async (say: (text: string) => void, which: Parameters<typeof cycles.run>[1]) => {
    presence.note();
    let isHeard = true;
    const tell = (text: string) => {
      if (isHeard) say(text); // What accounts do after the cycle is in the history of their posts.
    };
    try {
      return await cycles.run({ ...deps, http, adapterOf, say: tell, rateLimitedUntil, presence }, which);
    } finally {
      isHeard = false;
    }
  };
  let aroundAt = Number.NEGATIVE_INFINITY;
  /** What is not about the posts that are due; a look at the instant of one need not wait for it. */
  const lookAround = () => {
    aroundAt = clock.now();
    track(tidying.daily());
    track(lookAhead.run());
  };
  let hasFailed = false;
  /** A look of the loop's own; one that did something is kept, and the first one that works again. */
  const look = async () => {
    const sinceAround = clock.now() - aroundAt;
    if (sinceAround < 0 || sinceAround >= aroundEveryMs) lookAround();
    if (await deps.publishingPaused()) return;
    const startedAt = clock.now();
    const lines: Look['lines'][number][] = [];
    const say = (text: string) => void lines.push({ at: clock.now(), text });
    const end = await runCycle(say, {}).then(
      async (result) =>
        isWorthKeeping(result) || hasFailed
          ? { ok: true, summary: summaryOf(result, await overduePosts(deps)) }
          : null,
      (error: unknown) => ({ ok: false, summary: error instanceof Error ? error.message : String(error) }),
    );
    hasFailed = end?.ok === false;
    if (end) await deps.keepLook?.({ ...end, startedAt, finishedAt: clock.now(), lines });
  };
  const loop = createPublishLoop({
    clock,
    log: deps.log,
    isPaused: () => (deps.pausedBy?.() ?? null) !== null,
    nextDue: (after) => nextDue(deps, after),
    look: () => {
      const looking = look();
      track(looking);
      return looking;
    },
    changed: given.changed,
  });
  /** A cycle for these accounts beside the loop, as the user asked for it: also while paused. If it fails, the next look tries again. */
  const kick = (accounts: readonly string[]) => {
    const run = async () => {
      if (!(await deps.publishingPaused())) await runCycle(() => undefined, { only: accounts });
    };
    track(
      run().catch((error: unknown) => deps.log('error', 'Publishing broke off', { error: String(error) })),
    );
  };
  /** What a change of posts made due goes out at once. */
  const woken = async <T>(change: Promise<T>): Promise<T> => {
    const made = await change;
    loop.wake();
    return made;
  };
  const wokenUnlessDry = async <T extends { dryRun: boolean }>(change: Promise<T>): Promise<T> => {
    const made = await change;
    if (!made.dryRun) loop.wake();
    return made;
  };
  const limitsOf = (account: PublisherAccount) => adapterOf(account).knownLimits(account);
  const counted = async (query: PostCountQuery | ListQuery): Promise<PostCount> => {
    const found = await ledger.count(query, mostCounted + 1);
    return { count: Math.min(found, mostCounted), more: found > mostCounted };
  };
  const atOnce = async (id: string, given: Command) => {
    const view = await command(deps, id, given);
    kick(view.targets.map(({ account }) => account));
    return view;
  };

  return {
    async start() {
      await recover(deps);
      await tidying.start();
      loop.start();
    },
    async stop({ drainMs = 10_000 } = {}) {
      loop.stop();
      tidying.stop();
      lookAhead.stop();
      const ended = cycles.stop().then(() => Promise.allSettled(underWay));
      await new Promise<void>((resolve) => {
        const cancel = clock.setTimer(drainMs, resolve);
        void ended.then(() => {
          cancel();
          resolve();
        });
      });
      changed.flush();
    },
    wake: loop.wake,
    status: () => ({ publishing: cycles.busy(), nextLook: loop.next() }),
    async publishNow({ signal, say }) {
      lookAround();
      if (await deps.publishingPaused()) return { ok: true, summary: 'Publishing is paused' };
      return {
        ok: true,
        summary: summaryOf(await runCycle(say, { cancelled: signal }), await overduePosts(deps)),
      };
    },
    add: (post, from) => woken(addPost(deps, post, from, limitsOf)),
    addAll: (posts, from) => wokenUnlessDry(addPosts(deps, posts, from, limitsOf)),
    edit: (id, post) => woken(editPost(deps, id, post, limitsOf)),
    check: (post, edited) => checkPost(deps, http, adapterOf, post, edited),
    list: async (query) => viewPosts(deps, await ledger.list(query)),
    async page({ count, ...query }) {
      const { records, cursor } = await ledger.page(query);
      return { posts: await viewPosts(deps, records), cursor, total: count ? await counted(query) : null };
    },
    count: counted,
    getAll: async (ids) => viewPosts(deps, await ledger.getAll(ids)),
    get: async (id) => {
      const record = await ledger.get(id);
      return record && viewPost(deps, record);
    },
    history: (id) => ledger.history(id),
    cancel: (id) => command(deps, id, cancelling),
    retry: (id) => atOnce(id, retrying(clock.now())),
    publish: (id) => atOnce(id, publishingNow(clock.now())),
    move: (id, publishAt, past) =>
      woken(
        command(deps, id, async (works) => {
          const asked = { past, field: 'publishAt' };
          return movingEach(await timelyMove(deps, movable(works), () => publishAt, asked));
        }),
      ),
    cancelAll: (many) => changeMany(deps, many, () => cancelling),
    async retryAll(many) {
      const done = await changeMany(deps, many, () => retrying(clock.now()));
      if (!done.dryRun) kick([...new Set(done.posts.flatMap(({ accounts }) => accounts))]);
      return done;
    },
    moveAll: ({ to, past, ...many }) =>
      wokenUnlessDry(changeMany(deps, many, movingMany(deps, { to, past }))),
    waiting: (account, from, to) => ledger.waiting(account, from, to),
    reschedule: (moves, note) => woken(reschedule(deps, moves, note)),
    withdraw: (id) => withdraw(deps, id),
    async settle({ id, account, published }) {
      const view = await changeTargets(deps, id, (works) => {
        const work = works.find(({ target }) => target.account === account);
        if (!work) throw notFound(`Post "${id}" does not go to account "${account}"`);
        return resolvingDoubt(work, published, clock.now(), nextKey);
      });
      kick([account]);
      return view;
    },
    async accountReady(accountId) {
      kick([accountId]);
    },
    async sending(accountId) {
      return (await ledger.sending()).some(({ target }) => target.account === accountId);
    },
    counts: () => ledger.counts(),
    waitingFor: (accounts) => ledger.waitingFor(accounts),
    overdue: () => overduePosts(deps),
  };
}
