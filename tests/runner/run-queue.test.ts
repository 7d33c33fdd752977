import process from 'node:process';
import { expect, test } from 'vitest';
import type { AcceptedRun } from '../../electron/runner/deps.ts';
import { createRunQueue } from '../../electron/runner/run-queue.ts';
import type { EndedRun } from '../../electron/store/ledgers.ts';
import type { Job, StartDecision } from '../../shared/index.ts';
import { quickClock } from '../scheduler/quick-world.ts';
import { seededRandom } from '../support/random.ts';
import { jobOf } from './support.ts';

/** Random histories of runs that wait; `BELFRY_SEED=n` replays from a failing seed. */
const firstSeed = Number(process.env['BELFRY_SEED'] ?? 1);
const histories = 400;
const minute = 60_000;

test(`histories ${firstSeed} to ${firstSeed + histories - 1}: what was promised runs once and in order, or says why not`, async () => {
  for (let seed = firstSeed; seed < firstSeed + histories; seed += 1) await history(seed);
});

async function history(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const integer = (low: number, high: number) => low + Math.floor(random.next() * (high - low + 1));
  const clock = quickClock(Date.parse('2026-11-22T09:00:00Z'));
  const job: Job = jobOf(['true'], {
    coalesce: false,
    maxInstances: integer(1, 2),
    overlap: (['skip', 'queue', 'replace'] as const)[integer(0, 2)] ?? 'skip',
  });
  const stored = new Map<string, AcceptedRun>();
  const begun: string[] = [];
  const dropped = new Map<string, string>();
  const atWork = new Map<string, () => void>();
  const story: string[] = [];
  let paused = false;
  let number = 0;

  const boot = () =>
    createRunQueue({
      clock,
      log: (_level, message, details) => {
        throw new Error(`${message} ${JSON.stringify(details)}`);
      },
      job: () => job,
      decideStart: (): StartDecision => (paused ? { do: 'hold', until: null } : { do: 'go' }),
      execute({ runId, stop }) {
        const by = stored.get(runId)?.cause;
        expect(paused && by !== 'manual', `seed ${seed}: ${runId} began in a pause (${story})`).toBe(false);
        expect(begun.includes(runId), `seed ${seed}: ${runId} began twice (${story})`).toBe(false);
        begun.push(runId);
        stored.delete(runId);
        const going = [...atWork.keys()].length;
        expect(going, `seed ${seed}: too many at once (${story})`).toBeLessThan(job.maxInstances);
        return new Promise<EndedRun>((resolve) => {
          const end = () => {
            atWork.delete(runId);
            resolve({} as EndedRun);
          };
          atWork.set(runId, end);
          // A run that is replaced takes its time to stop.
          clock.setTimer(1000, () => stop.reason() !== null && end());
        });
      },
      async skip({ runId }, _status, reason) {
        dropped.set(runId, reason);
        stored.delete(runId);
      },
      ended: () => {},
    });
  let queue = boot();
  const add = (cause: AcceptedRun['cause'], delay = 0, isRetry = false) => {
    number += 1;
    const runId = `${cause}-${String(number).padStart(3, '0')}`;
    const now = clock.now();
    const retry = { attempt: 2, originId: runId, fromStep: 0, parameters: null, jobKey: null };
    const base = { runId, jobId: job.id, cause, slot: now + number, createdAt: now, notBefore: now + delay };
    stored.set(runId, isRetry ? { ...base, retry } : base);
    return stored.get(runId) as AcceptedRun;
  };
  const failing: Job = { ...job, retry: { attempts: 1, delaySeconds: 1, factor: 1 } };
  Object.assign(job, failing);

  const endOne = () => {
    const [first] = atWork.values();
    first?.();
  };
  const acts: Record<string, () => unknown> = {
    catchUp: () => {
      if (paused) return; // The scheduler hands nothing over in a pause.
      for (let n = integer(1, 4); n > 0; n -= 1) queue.accept(add('catch-up'));
    },
    slot: () => !paused && queue.accept(add('schedule', integer(0, 1) * integer(0, 2 * minute))),
    retry: () => queue.accept(add('retry', integer(0, 5 * minute), true)),
    byHand: () => {
      if (queue.refusal(job) === null) queue.accept(add('manual'));
    },
    end: endOne,
    pause: () => {
      paused = true;
      queue.review();
    },
    resume: () => {
      paused = false;
      queue.review();
    },
    back: () => clock.move(-integer(0, 10 * minute)),
    sleep: () => clock.move(integer(0, 10 * minute)),
    crash: () => {
      // What was at work is over; what waited is taken up again, oldest first.
      void queue.close(0);
      for (const end of [...atWork.values()]) end();
      queue = boot();
      for (const run of [...stored.values()]) queue.accept(run);
    },
  };
  const names = Object.keys(acts);
  for (let step = 0; step < 20; step += 1) {
    const name = names[integer(0, names.length - 1)] ?? 'end';
    story.push(name);
    acts[name]?.();
    await clock.advance(integer(0, minute));
  }
  acts['resume']?.();
  for (let round = 0; round < 200 && stored.size + atWork.size > 0; round += 1) {
    await clock.advance(minute);
    endOne();
  }
  await clock.advance(minute);
  expect([...stored.keys()], `seed ${seed}: nothing waits for ever (${story})`).toEqual([]);
  for (const [runId, reason] of dropped)
    expect(
      /^(?:catch-up|retry)/.test(runId),
      `seed ${seed}: ${runId} was promised, yet ${reason} (${story})`,
    ).toBe(false);
  const caughtUp = begun.filter((runId) => runId.startsWith('catch-up'));
  expect(caughtUp, `seed ${seed}: a catch-up keeps its order (${story})`).toEqual([...caughtUp].sort());
}
