import {
  inTurn,
  type Millis,
  nextSlot,
  type PostRequest,
  type PostView,
  problemsError,
  type QueuePlace,
  type QueueView,
  type WireError,
} from '../../shared/index.ts';
import type { AddFrom } from '../publisher/index.ts';
import type { PlannerDeps } from './deps.ts';
import { fillPost } from './fill-post.ts';
import { addToSlots, freeSlots, moveInQueue, requireQueue, shuffleQueue, viewQueues } from './queue.ts';
import { type SeriesCommands, seriesCommands } from './series.ts';
import { sweepMedia, updateSeries } from './series-posts.ts';

export type { PlannerDeps } from './deps.ts';

/** Plans: posts that come again and again, weekly slots, named texts. What comes of them is posts. */
export type Planner = {
  /** Makes what is due of the series, then follows the clock. Can be called twice. */
  start(): Promise<void>;
  /** Nothing new; resolves when the update at work has ended. Can be called twice. */
  stop(): Promise<void>;
  /** A hint that time went by or that the configuration changed. */
  look(): void;
  /** Adds a post: named text filled, next free slots taken. Throws BAD_INPUT with all problems together. */
  add(request: PostRequest, from: Omit<AddFrom, 'slots'>): Promise<PostView>;
  /** The next free weekly slot of each account, but those of `taken`. Throws as `add` does for `next-slot`. */
  nextSlots(
    accounts: readonly string[],
    taken: ReadonlyMap<string, ReadonlySet<Millis>>,
  ): Promise<ReadonlyMap<string, Millis>>;
  queues: {
    /** All queues, or one of them (throws NOT_FOUND), with their next `limit` slots. */
    list(limit: number, account?: string): Promise<QueueView[]>;
    move(input: { account: string; post: string; to: QueuePlace }): Promise<void>;
    shuffle(account: string): Promise<void>;
  };
  series: SeriesCommands;
  /** Problems to show to the user. */
  warnings(): Promise<WireError[]>;
};

/** Posts are made a day ahead at least, so now and then is enough. */
const restMs = 60 * 60_000;

/** Creates the planner; nothing happens before `start`. */
export function createPlanner(deps: PlannerDeps): Planner {
  const turn = inTurn();
  let cancel = () => {};
  let state: 'new' | 'running' | 'stopped' = 'new';

  const updateAll = async () => {
    for (const { id } of await deps.ledger.list()) {
      if (state === 'stopped') return;
      await updateSeries(deps, id, () => state === 'stopped').catch((error: unknown) =>
        deps.log('error', 'A series could not be updated', { series: id, error: String(error) }),
      );
    }
  };
  const tidy = async () => {
    if (!(await deps.isCertain())) return;
    const known = (await deps.ledger.list()).map(({ id }) => id);
    await sweepMedia(deps.mediaFolder, known);
  };
  const tick = (): Promise<void> => {
    cancel();
    if (state !== 'running') return Promise.resolve();
    cancel = deps.clock.setTimer(restMs, tick);
    return turn(updateAll).catch((error: unknown) =>
      deps.log('error', 'The series could not be updated', { error: String(error) }),
    );
  };

  return {
    async start() {
      if (state !== 'new') return;
      state = 'running';
      await tidy().catch((error: unknown) =>
        deps.log('error', 'Old files of series could not be tidied away', { error: String(error) }),
      );
      await tick();
    },
    async stop() {
      state = 'stopped';
      cancel();
      await turn(async () => undefined);
    },
    look: () => void tick(),
    add: (request, from) => {
      const isQueued = request.publishAt === nextSlot;
      const filled = fillPost(
        request,
        request.publishAt === nextSlot ? null : request.publishAt,
        deps.config(),
      );
      if ('problems' in filled) return Promise.reject(problemsError(filled.problems, 'the post'));
      if (!isQueued) return deps.posts.add(filled.post, from);
      return turn(() => addToSlots(deps, filled.post, from));
    },
    nextSlots: (accounts, taken) => freeSlots(deps, accounts, taken),
    queues: {
      async list(limit, account) {
        const queues = account === undefined ? deps.config().queues : [requireQueue(deps, account)];
        return viewQueues(deps, queues, limit);
      },
      move: (input) => turn(() => moveInQueue(deps, input)),
      shuffle: (account) => turn(() => shuffleQueue(deps, account)),
    },
    series: seriesCommands(deps, turn),
    async warnings() {
      return (await deps.ledger.list()).flatMap(({ problem }) => problem ?? []);
    },
  };
}
