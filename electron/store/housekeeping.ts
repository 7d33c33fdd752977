import type { Clock, Log, Millis } from '../../shared/index.ts';
import type { Database } from './database.ts';
import { indexMore, indexSteps, mergeSteps, tidyIndex } from './output-index.ts';
import { createPace } from './pace.ts';
import { forget, forgetSteps, type Retention } from './retention.ts';
import { writeTogether } from './write-together.ts';

export type HousekeepingNeeds = {
  db: Database;
  clock: Clock;
  log: Log;
  /** Asked each time, so that a changed setting holds for what is already there. */
  retention(): Retention;
};

/** Work on the database that nobody waits for. */
export type Housekeeping = {
  start(): void;
  /** Does all there is to do now: the search index, then what is over the limits. */
  work(): Promise<void>;
  /** Ends after the step at work; can be called twice. */
  stop(): Promise<void>;
};

/** How often new output is indexed, and how often the limits are looked at, in milliseconds. */
const indexEvery: Millis = 5000;
const forgetEvery: Millis = 10 * 60_000;
/** Rest between two steps, in milliseconds, so that the work of the day comes first. */
const rest: Millis = 5;

/** Keeps the search index up with the output, and old runs within their limits, in small steps. */
export function createHousekeeping({ db, clock, log, retention }: HousekeepingNeeds): Housekeeping {
  const write = writeTogether(db);
  const indexing = createPace(clock, indexSteps);
  const merging = createPace(clock, mergeSteps);
  const forgetting = createPace(clock, forgetSteps);
  let stopped = false;
  let forgotten = Number.NEGATIVE_INFINITY;
  let current: Promise<void> = Promise.resolve();
  let cancel: (() => void) | undefined;
  let endRest: (() => void) | undefined;

  const goOn = async () => {
    if (!stopped)
      await new Promise<void>((resolve) => {
        endRest = resolve;
        clock.setTimer(rest, resolve);
      });
    return !stopped;
  };
  const index = async () => {
    for (let more = true; more && (await goOn()); ) {
      await indexing((bytes) =>
        write.inBulk(async (trx) => {
          more = await indexMore(trx, bytes);
        }),
      );
      if (more && (await goOn())) await tidy();
    }
  };
  const tidy = () => merging((pages) => write.inBulk((trx) => tidyIndex(trx, pages)));
  const forgetNow = async () => {
    forgotten = clock.monotonic();
    await forget({ db, write, now: clock.now(), goOn, pace: forgetting, tidy }, retention());
  };
  const round = async () => {
    await index();
    if (clock.monotonic() - forgotten >= forgetEvery) await forgetNow();
  };
  const enqueue = (task: () => Promise<void>) => {
    const next = current.then(task);
    current = next.catch((error) =>
      log('error', 'The database could not be tidied up', { error: String(error) }),
    );
    return next;
  };
  const tick = () => {
    void enqueue(round)
      .catch(() => {}) // Logged by the queue; the next round tries again.
      .finally(() => {
        if (!stopped) cancel = clock.setTimer(indexEvery, tick);
      });
  };

  return {
    start: () => {
      cancel ??= clock.setTimer(indexEvery, tick);
    },
    work: () =>
      enqueue(async () => {
        await index();
        await forgetNow();
      }),
    stop() {
      stopped = true;
      cancel?.();
      endRest?.();
      return current;
    },
  };
}
