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
import type { HistoryLine, ListQuery, PublisherAccount, PublisherDeps, Waiting } from './ports.ts';
import { createLookAhead } from './public-urls.ts';
import { createPublishCycles, recover } from './publish-cycle.ts';
import { nextDue, summary, throttle } from './publish-loop.ts';
import { createPresence } from './send-context.ts';
import { createTidying } from './tidy.ts';
import { overduePosts, viewPost, viewPosts } from './view.ts';

export { realPathWithin } from './media/inspect.ts';
export { createWorkshop, type Workshop } from './media/workshop/index.ts';
export { type AddFrom, jobKey } from './new-post.ts';
export type {
  AttentionNeeded,
  Fetch,
  HistoryLine,
  PostLedger,
  PublisherAccount,
  PublisherDeps,
  PublisherSettings,
  Waiting,
} from './ports.ts';

/** Counting further would cost time, and an exact larger number helps no reader. */
const mostCounted = 10_000;

/** Posts on their way to networks: published on time, once. */
export type Publisher = {
  /** Takes up what an earlier engine left half done. Can be called twice. */
  start(): Promise<void>;
  /**
   * Starts nothing new, and waits for the calls that are under way, at most `drainMs` (10 s): what is cut off then is
   * looked up at the next start. Can be called twice.
   */
  stop(options?: { drainMs?: number }): Promise<void>;
  /** The built-in `publish_due_posts`: publishes what is due, looks up what is unknown. */
  publishDue(context: {
    signal: AbortSignal;
    say(text: string): void;
  }): Promise<{ ok: boolean; summary: string; quiet: boolean }>;
  /**
   * When `publishDue` next has something to do, or had and did not yet, later than `after`; null when nothing waits.
   * A caller that got an instant of the past passes it as `after` to get the one behind it.
   */
  nextDue(after?: Millis): Promise<Millis | null>;
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
  publishNow(id: string): Promise<PostView>;
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
  const changed = throttle(clock, given.changed);
  const deps = { ...given, changed };
  const http = createHttp({ ...deps, timeoutMs: deps.requestTimeoutMs });
  const adapterOf = createAdapters();
  const cycles = createPublishCycles(given.patienceMs ?? 20_000);
  const counted = async (query: PostCountQuery | ListQuery): Promise<PostCount> => {
    const found = await ledger.count(query, mostCounted + 1);
    return { count: Math.min(found, mostCounted), more: found > mostCounted };
  };
  const rateLimitedUntil = new Map<string, Millis>();
  const presence = createPresence(clock);
  const underWay = new Set<Promise<unknown>>();

  const runCycle = async (signal: AbortSignal, say: (text: string) => void, only?: readonly string[]) => {
    presence.note();
    let isHeard = true;
    const tell = (text: string) => {
      if (isHeard) say(text); // What accounts do after the cycle is in the history of their posts.
    };
    try {
      return await cycles.run(
        { ...deps, http, adapterOf, say: tell, rateLimitedUntil, presence },
        signal,
        only,
      );
    } finally {
      isHeard = false;
    }
  };
  const tidying = createTidying(deps, http);
  const lookAhead = createLookAhead(deps, http, adapterOf);
  const track = (running: Promise<unknown>) => {
    underWay.add(running);
    const forget = () => underWay.delete(running);
    running.then(forget, forget); // What is tracked logs its own failures.
  };
  /** A cycle for these accounts, outside the job; if it fails, the job's next run tries again. */
  const kick = (accounts: readonly string[]) => {
    const run = async () => {
      if (!(await deps.publishingPaused()))
        await runCycle(new AbortController().signal, () => undefined, accounts);
    };
    const running = run().catch((error: unknown) =>
      deps.log('error', 'Publishing broke off', { error: String(error) }),
    );
    track(running);
  };
  const limitsOf = (account: PublisherAccount) => adapterOf(account).knownLimits(account);
  const atOnce = async (id: string, given: Command) => {
    const view = await command(deps, id, given);
    kick(view.targets.map(({ account }) => account));
    return view;
  };

  return {
    async start() {
      await recover(deps);
      await tidying.start();
    },
    async stop({ drainMs = 10_000 } = {}) {
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
    async publishDue({ signal, say }) {
      const tidied = tidying.daily();
      if (tidied) track(tidied);
      const looked = lookAhead.run();
      if (looked) track(looked);
      if (await deps.publishingPaused()) return { ok: true, summary: 'Publishing is paused', quiet: true };
      return summary(await runCycle(signal, say), await overduePosts(deps));
    },
    nextDue: (after) => nextDue(deps, after),
    add: (post, from) => addPost(deps, post, from, limitsOf),
    addAll: (posts, from) => addPosts(deps, posts, from, limitsOf),
    edit: (id, post) => editPost(deps, id, post, limitsOf),
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
    publishNow: (id) => atOnce(id, publishingNow(clock.now())),
    move: (id, publishAt, past) =>
      command(deps, id, async (works) => {
        const asked = { past, field: 'publishAt' };
        return movingEach(await timelyMove(deps, movable(works), () => publishAt, asked));
      }),
    cancelAll: (many) => changeMany(deps, many, () => cancelling),
    async retryAll(many) {
      const done = await changeMany(deps, many, () => retrying(clock.now()));
      if (!done.dryRun) kick([...new Set(done.posts.flatMap(({ accounts }) => accounts))]);
      return done;
    },
    moveAll: ({ to, past, ...many }) => changeMany(deps, many, movingMany(deps, { to, past })),
    waiting: (account, from, to) => ledger.waiting(account, from, to),
    reschedule: (moves, note) => reschedule(deps, moves, note),
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
