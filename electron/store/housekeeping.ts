import { sql } from 'kysely';
import type { Clock, Log, Millis } from '../../shared/index.ts';
import { type Database, writeTogether } from './database.ts';
import { freeSteps, givePagesBack } from './free-space.ts';
import { indexMore, indexSteps, mergeSteps, tidyIndex } from './output-index.ts';
import { createPace } from './pace.ts';
import { forget, forgetSteps, type Retention } from './retention.ts';

type HousekeepingDeps = {
  db: Database;
  clock: Clock;
  log: Log;
  /** Asked each time, so that a changed setting holds for what is already there. */
  retention(): Retention;
};

/** Work on the database that nothing waits for. */
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
/** Pages of a database whose statistics mean something: those of an empty one are wrong as soon as it fills. */
const grownPages = 2000;
/** Rest between two steps, in milliseconds, so that the work of the day comes first. */
const rest: Millis = 5;

/** Keeps the search index up with the output, and old runs within their limits, in small steps. */
export function createHousekeeping({ db, clock, log, retention }: HousekeepingDeps): Housekeeping {
  const write = writeTogether(db);
  const indexing = createPace(clock, indexSteps);
  const merging = createPace(clock, mergeSteps);
  const forgetting = createPace(clock, forgetSteps);
  const freeing = createPace(clock, freeSteps);
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
    await shrink();
    // Lists need no statistics; for the rest SQLite decides what is due, and looks at some hundred rows of each index.
    if ((await goOn()) && (await isGrown())) await sql`PRAGMA optimize = 0x10002`.execute(db);
  };
  const isGrown = async () => {
    const { rows } = await sql<{ pages: number }>`SELECT page_count AS pages FROM pragma_page_count`.execute(
      db,
    );
    return (rows[0]?.pages ?? 0) >= grownPages;
  };
  /** What was freed goes back to the disk, a few pages at a time. */
  const shrink = async () => {
    for (let more = true; more && (await goOn()); )
      await freeing((pages) =>
        write.inBulk(async (trx) => {
          more = await givePagesBack(trx, pages);
        }),
      );
    // The file gets shorter when what is in the -wal is written into it; this waits for nothing.
    if (await goOn()) await sql`PRAGMA wal_checkpoint(PASSIVE)`.execute(db);
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
