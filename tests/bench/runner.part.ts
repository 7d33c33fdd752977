import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { launchNodeHelper } from '../../electron/headless.ts';
import {
  createRunner,
  type HelperHost,
  type HelperProcess,
  type RunnerDeps,
} from '../../electron/runner/index.ts';
import { createRunLedger, createRunReader, openDatabase, raiseEpoch } from '../../electron/store/index.ts';
import { systemClock, systemRandom } from '../../electron/system.ts';
import { type Job, jobSchema, type RunView } from '../../shared/index.ts';
import type { Result } from './result.ts';

/** The built helper on plain Node, as the headless host has it. */
export function nodeHelper(args: readonly string[]): HelperProcess {
  const program = fileURLToPath(new URL('../../dist/electron/command-helper.cjs', import.meta.url));
  return launchNodeHelper(program, args);
}

/** A job with one command, many of which may run at once. */
export function jobOf(id: string, command: string[]): Job {
  return jobSchema.parse({
    id,
    name: id,
    maxInstances: 100,
    overlap: 'queue',
    steps: [{ type: 'command', name: 'run', command }],
  });
}

/** The runner on a database of its own, as the engine has it. */
export async function openBench(
  jobs: Job[],
  change: Partial<RunnerDeps> = {},
  launch: HelperHost['launch'] = nodeHelper,
) {
  const home = mkdtempSync(join(tmpdir(), 'belfry-bench-'));
  const { db, raw, close } = openDatabase(join(home, 'belfry.db'));
  const ledger = createRunLedger(db, await raiseEpoch(db), systemRandom.id);
  const waiting = new Map<string, (run: RunView) => void>();
  const idle = async () => ({ ok: true, summary: '' });
  const environment = { PATH: process.env['PATH'] ?? '' };
  const runner = createRunner({
    clock: systemClock,
    random: systemRandom,
    log: () => {},
    ledger,
    databaseLost: () => false,
    job: (id) => jobs.find((job) => job.id === id),
    workspace: () => undefined,
    decideStart: () => ({ do: 'go' }),
    baseFolder: home,
    environment: async () => environment,
    helper: {
      socket: join(home, 'helper.sock'),
      launch,
    },
    builtins: { publish_due_posts: idle, refresh_tokens: idle },
    takePosts: () => async () => [],
    knownSecrets: new Set(['a-secret-of-the-vault', 'another-secret-of-the-vault']),
    settings: () => ({ outputLimitMiB: 1024 }),
    announce: () => {},
    announceOutput: () => {},
    alert: ({ run }) => waiting.get(run.id)?.(run),
    jobEnded: () => {},
    ...change,
  });
  /** A whole run as the scheduler starts it: stored as queued, accepted, run, stored. */
  const run = async (job: Job): Promise<RunView> => {
    const { id } = await ledger.create(
      { jobId: job.id, jobName: job.name, cause: 'schedule', attempt: 1, fromStep: 0, reason: null },
      systemClock.now(),
    );
    const ended = new Promise<RunView>((resolve) => waiting.set(id, resolve));
    const createdAt = systemClock.now();
    runner.accept({
      runId: id,
      jobId: job.id,
      cause: 'schedule',
      slot: null,
      createdAt,
      notBefore: createdAt,
    });
    return ended;
  };
  return {
    home,
    db,
    raw,
    ledger,
    databaseLost: () => false,
    reader: createRunReader(db),
    runner,
    run,
    async end() {
      await runner.stop({ drainMs: 0 });
      await close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Feels the loop every millisecond; the result ends that and gives the most that it computed between two feels. */
function watchHolds(): () => number {
  let longest = 0;
  let last = computed();
  const timer = setInterval(() => {
    const now = computed();
    longest = Math.max(longest, now - last);
    last = now;
  }, 1);
  return () => {
    clearInterval(timer);
    return longest;
  };
}

/** Milliseconds that the main thread has computed, forks included (Linux: Documentation/scheduler/sched-stats). */
function computed(): number {
  try {
    const [nanoseconds] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ');
    return Number(nanoseconds) / 1e6;
  } catch {
    return Number.NaN; // Another system.
  }
}

/** How long the loop is held while 100 one-step jobs are due together. */
export async function hundredAtOnce(launch?: HelperHost['launch']): Promise<Watched<unknown>> {
  const jobs = Array.from({ length: 100 }, (_, at) => jobOf(`job-${at}`, ['/bin/true']));
  const bench = await openBench(jobs, {}, launch);
  for (const job of jobs.slice(0, 5)) await bench.run(job);
  const watched = await watch(() => Promise.all(jobs.map((job) => bench.run(job))));
  await bench.end();
  return watched;
}

/** The two figures of a hold. */
export function holdResults(name: string, goal: number, { longest, own }: Hold): Result[] {
  return [
    { name, value: longest, unit: 'ms', goal: `≤ ${goal} ms`, ok: longest <= goal },
    { name: '  without waiting for processor and disk', value: own, unit: 'ms' },
  ];
}

/** What some work does to the process besides taking its time. */
export type Hold = Pick<Watched<unknown>, 'longest' | 'own'>;
export type Watched<T> = {
  value: T;
  ms: number;
  /** Event-loop delay, in milliseconds: the 99th percentile and the longest. */
  p99: number;
  longest: number;
  /** The longest hold without waiting for processor and disk, which others on the machine make longer. */
  own: number;
  /** Growth of the process's memory at its highest, in MB. */
  growth: number;
};

/** Does the work and watches memory and event loop meanwhile. */
export async function watch<T>(work: () => Promise<T>): Promise<Watched<T>> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const before = process.memoryUsage.rss();
  let highest = before;
  const sampling = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage.rss());
  }, 20);
  delay.enable();
  const holds = watchHolds();
  const start = performance.now();
  const value = await work();
  const ms = performance.now() - start;
  delay.disable();
  const own = holds();
  clearInterval(sampling);
  return {
    value,
    ms,
    p99: delay.percentile(99) / 1e6,
    longest: delay.max / 1e6,
    own,
    growth: (highest - before) / 1e6,
  };
}
