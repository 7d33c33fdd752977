import { createScheduler, type Scheduler } from '../../electron/scheduler/index.ts';
import type { Claim, Claimed, ClaimedRun, Gap, JobState, SlotLedger } from '../../electron/store/index.ts';
import { type Clock, type Job, type Millis, toWireError } from '../../shared/index.ts';
import { seededRandom } from '../support/random.ts';

/** What a ledger keeps, as rows; slots of runs are unique per job as in the database. */
export type Kept = {
  states: Map<string, JobState>;
  /** `begun` once it was handed to the runner; `madeAt` the time of its claim. */
  runs: { jobId: string; slot: Millis; madeAt: Millis; begun: boolean }[];
  gaps: ({ jobId: string } & Gap)[];
  seen: Millis | null;
  pausedSince: Millis | null;
};

/** The engine dies at this point of the next claim, or the disk is full until it is not. */
export type Death = 'before' | 'after' | 'full' | null;

/** A ledger in memory with the database's rules, which can die in the middle of a claim. */
function memoryLedger(kept: Kept, death: () => Death): SlotLedger {
  const claim = (claims: readonly Claim[], at: Millis): Claimed => {
    const runs: ClaimedRun[] = [];
    const stale: string[] = [];
    for (const { jobId, expected, cursor, runs: wanted, gaps } of claims) {
      const state = kept.states.get(jobId);
      if (!state || state.cursor !== expected) {
        stale.push(jobId);
        continue;
      }
      kept.states.set(jobId, { ...state, cursor });
      for (const { cause, slot, notBefore } of wanted) {
        if (kept.runs.some((run) => run.jobId === jobId && run.slot === slot))
          throw new Error(`${jobId} ${slot} was claimed twice`);
        kept.runs.push({ jobId, slot, madeAt: at, begun: false });
        const runId = `${jobId}-${slot}`;
        runs.push({ runId, jobId, cause, slot, createdAt: at, notBefore: notBefore ?? at });
      }
      kept.gaps.push(...gaps.map((gap) => ({ jobId, ...gap })));
    }
    kept.seen = at;
    return { runs, stale };
  };
  const releaseClaims = (given: readonly { jobId: string; slot: Millis; cursor: Millis }[]) => {
    for (const { jobId, slot, cursor } of given) {
      const run = kept.runs.find((other) => other.jobId === jobId && other.slot === slot);
      if (!run || run.begun) throw new Error(`${jobId} ${slot} is given back, and was not in hand`);
      kept.runs = kept.runs.filter((other) => other !== run);
      const state = kept.states.get(jobId);
      if (state?.cursor === slot) kept.states.set(jobId, { ...state, cursor });
    }
  };
  return {
    async releaseClaims(given) {
      refuse(death());
      releaseClaims(given);
    },
    async releaseOrphanedClaims() {
      const seen = kept.seen ?? 0;
      const left = kept.runs.filter(({ begun, slot, madeAt }) => !begun && slot > madeAt && slot > seen);
      releaseClaims(left.map(({ madeAt, ...run }) => ({ ...run, cursor: madeAt })));
    },
    states: async () => [...kept.states.values()],
    async saveStates(states) {
      refuse(death());
      for (const state of states) kept.states.set(state.jobId, state);
    },
    async claim(claims, at) {
      const when = death();
      refuse(when);
      if (when === 'before') return new Promise(() => {});
      const claimed = claim(claims, at);
      return when === 'after' ? new Promise(() => {}) : claimed;
    },
    endings: async () => [],
    claimEvent: async ({ runs }, at) =>
      runs.map(({ jobId, notBefore }) => ({
        runId: 'event',
        jobId,
        cause: 'event' as const,
        slot: null,
        createdAt: at,
        notBefore,
      })),
    seen: async () => kept.seen,
    async markSeen(at) {
      kept.seen = at;
    },
    pausedSince: async () => kept.pausedSince,
    async setPausedSince(since) {
      kept.pausedSince = since;
    },
  };
}

const full = new Error('disk full');

function refuse(death: Death): void {
  if (death === 'full') throw full;
}

/** A clock without real waiting, for thousands of histories: only promises are let go on between timers. */
export type QuickClock = Clock & {
  advance(ms: number, stop?: () => boolean): Promise<void>;
  move(ms: number): void;
};

export function quickClock(start: Millis): QuickClock {
  let wall = start;
  let mono = 0;
  let timers: { at: number; callback: () => void }[] = [];
  return {
    now: () => wall,
    monotonic: () => mono,
    setTimer(delay, callback) {
      const timer = { at: mono + delay, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    async advance(ms, stop = () => false) {
      const until = mono + ms;
      await recordSkipped();
      for (;;) {
        const next = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        const step = Math.max(0, next.at - mono);
        wall += step;
        mono += step;
        timers = timers.filter((other) => other !== next);
        next.callback();
        await recordSkipped();
        if (stop()) return;
      }
      wall += until - mono;
      mono = until;
    },
    /** Wall time alone: sleep, or a clock that is set. */
    move(ms) {
      wall += ms;
    },
  };
}

async function recordSkipped(): Promise<void> {
  for (let round = 0; round < 40; round += 1) await null;
}

export type QuickEngine = { scheduler: Scheduler; kill(): void };

/** Starts an engine on what an earlier one kept. */
export async function quickEngine(
  kept: Kept,
  clock: QuickClock,
  jobs: () => readonly Job[],
  death: () => Death,
): Promise<QuickEngine> {
  const life = { on: true };
  const scheduler = createScheduler({
    clock: { ...clock, setTimer: (delay, callback) => clock.setTimer(delay, () => life.on && callback()) },
    random: seededRandom(1),
    log: (level, message, details) => {
      if (level === 'error' && details?.['error'] !== toWireError(full).message)
        throw new Error(`${message} ${JSON.stringify(details)}`);
    },
    ledger: memoryLedger(kept, death),
    jobs,
    defaultTimezone: () => 'UTC',
    changed: () => {},
  });
  await scheduler.start({
    accept({ jobId, slot }) {
      if (slot !== null && slot > clock.now()) throw new Error(`${jobId} ${slot} was started too early`);
      for (const run of kept.runs) if (run.jobId === jobId && run.slot === slot) run.begun = true;
    },
    review: () => {},
  });
  return {
    scheduler,
    kill() {
      life.on = false;
    },
  };
}
