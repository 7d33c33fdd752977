import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { awaiting, createScheduler, type Scheduler } from '../../electron/scheduler/index.ts';
import { raiseEpoch } from '../../electron/store/database.ts';
import type { ClaimedRun } from '../../electron/store/index.ts';
import { createRunLedger } from '../../electron/store/runs.ts';
import { createSlotLedger } from '../../electron/store/slots.ts';
import { type Job, toInstant, type WireError } from '../../shared/index.ts';
import { type HandClock, handClock } from '../support/clock.ts';
import { openCopied } from '../support/database.ts';
import { temporaryHome } from '../support/home.ts';
import { seededRandom } from '../support/random.ts';

export { cron, jobOf } from './jobs.ts';

export type World = {
  clock: HandClock;
  scheduler: Omit<Scheduler, 'start'> & { start(): Promise<void> };
  /** Runs handed to the runner, in order. */
  dispatched: ClaimedRun[];
  troubles: (WireError | null)[];
  zone: { name: string };
  /** Replaces the configuration. */
  setJobs(...jobs: Job[]): Promise<void>;
  /** Rows of `runs` in order, as short texts: `2026-11-22T10:00:00.000Z schedule queued`. */
  history(jobId?: string): Promise<string[]>;
  /** Records of slots that did not run: `missed 3 10:00:00..12:00:00 reason`. */
  gaps(): Promise<string[]>;
  /** Ends the process without a word and starts another on the same files; `off` ms pass between. */
  crash(off?: number): Promise<void>;
  /** The same with an orderly stop. */
  restart(off?: number): Promise<void>;
  /** A run of the job ends; with `heard: false` the process dies before the scheduler hears of it. */
  end(jobId: string, outcome: 'success' | 'failure', some?: { heard: boolean }): Promise<void>;
  /** Makes the ledger refuse everything, as a full disk does. */
  breakLedger(error: Error | null): void;
};

/** A scheduler on a real database with a clock that is moved by hand. */
export async function world(
  jobs: Job[],
  { start = '2026-11-22T09:00:00Z', begin = true }: { start?: string; begin?: boolean } = {},
): Promise<World> {
  const path = join(temporaryHome(), 'belfry.db');
  const clock = handClock(start);
  const random = seededRandom(1);
  const dispatched: ClaimedRun[] = [];
  const troubles: (WireError | null)[] = [];
  const zone = { name: 'UTC' };
  let config = jobs;
  let broken: Error | null = null;

  const boot = async () => {
    const opened = openCopied(path);
    const epoch = await raiseEpoch(opened.db);
    const ledger = createSlotLedger(opened.db, epoch, random.id);
    const runs = createRunLedger(
      opened.db,
      epoch,
      random.id,
      awaiting(() => config),
    );
    const life = { on: true };
    const scheduler = createScheduler({
      clock: { ...clock, setTimer: (delay, ring) => clock.setTimer(delay, () => life.on && ring()) },
      random,
      log: () => {},
      ledger: {
        ...ledger,
        saveStates: async (states) => {
          if (broken) throw broken;
          return ledger.saveStates(states);
        },
        releaseClaims: async (runs) => {
          if (broken) throw broken;
          return ledger.releaseClaims(runs);
        },
        claim: async (claims, at) => {
          if (broken) throw broken;
          return ledger.claim(claims, at);
        },
        claimEvent: async (claim, at) => {
          if (broken) throw broken;
          return ledger.claimEvent(claim, at);
        },
      },
      jobs: () => config,
      defaultTimezone: () => zone.name,
      changed: () => {},
      trouble: (error) => troubles.push(error),
    });
    const runner = { accept: (run: ClaimedRun) => dispatched.push(run), review: () => {} };
    return { opened, scheduler: { ...scheduler, start: () => scheduler.start(runner) }, life, runs };
  };
  let engine = await boot();
  onTestFinished(async () => {
    await engine.scheduler.stop();
    await engine.opened.close();
  });
  if (begin) await engine.scheduler.start();

  const again = async (off: number) => {
    await engine.opened.close();
    clock.sleep(off);
    engine = await boot();
    it.scheduler = engine.scheduler;
    await engine.scheduler.start();
    await clock.advance(0);
  };

  const it: World = {
    clock,
    scheduler: engine.scheduler,
    dispatched,
    troubles,
    zone,
    async setJobs(...next) {
      config = next;
      await it.scheduler.jobsChanged();
    },
    async history(jobId) {
      let query = engine.opened.db.selectFrom('runs').selectAll().orderBy('seq');
      if (jobId) query = query.where('job_id', '=', jobId);
      return (await query.execute()).map(
        (row) =>
          `${row.slot === null ? '-' : toInstant(row.slot)} ${row.cause} ${row.status}${row.gap_count === null ? '' : ` ${row.gap_count}`}`,
      );
    },
    async gaps() {
      const rows = await engine.opened.db
        .selectFrom('runs')
        .selectAll()
        .where('gap_count', 'is not', null)
        .orderBy('seq')
        .execute();
      const time = (at: number | null) => toInstant(at ?? 0).slice(11, 19);
      return rows.map(
        (row) => `${row.status} ${row.gap_count} ${time(row.gap_first)}..${time(row.gap_last)} ${row.reason}`,
      );
    },
    async crash(off = 0) {
      engine.life.on = false;
      await again(off);
    },
    async restart(off = 0) {
      await it.scheduler.stop();
      await again(off);
    },
    async end(jobId, outcome, { heard } = { heard: true }) {
      const cause = { cause: 'manual', attempt: 1, fromStep: 0, reason: null } as const;
      const { id } = await engine.runs.create({ jobId, jobName: jobId, ...cause }, clock.now());
      await engine.runs.begin(id, [], clock.now());
      const status = outcome === 'success' ? 'success' : 'failed';
      await engine.runs.finish(id, { status, reason: null, at: clock.now() });
      if (heard) it.scheduler.jobEnded(jobId);
    },
    breakLedger(error) {
      broken = error;
    },
  };
  return it;
}
