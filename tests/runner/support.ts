import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { launchNodeHelper } from '../../electron/headless.ts';
import { createRunner, type RunnerDeps } from '../../electron/runner/index.ts';
import { createRunLedger, createRunReader, raiseEpoch } from '../../electron/store/index.ts';
import { systemClock } from '../../electron/system.ts';
import {
  type Clock,
  type Job,
  type JobInput,
  jobSchema,
  type OutputLine,
  type RunView,
} from '../../shared/index.ts';
import type { HandClock } from '../support/clock.ts';
import { openCopied } from '../support/database.ts';
import { temporaryHome } from '../support/home.ts';
import { seededRandom } from '../support/random.ts';

let seed = Date.now();

/** The program of the helper that starts commands; Node reads it as it is. */
export const helperProgram = fileURLToPath(
  new URL('../../electron/runner/helper/program.ts', import.meta.url),
);

/** A job of command steps: each step is an argv for /bin/sh -c, or a step as config.json has it. */
export function jobOf(
  steps: (string | JobInput['steps'][number])[],
  change: Partial<Omit<JobInput, 'steps'>> = {},
): Job {
  return jobSchema.parse({
    id: 'job',
    name: 'Job',
    ...change,
    steps: steps.map((step, index) =>
      typeof step === 'string' ? { type: 'command', name: `step ${index + 1}`, command: sh(step) } : step,
    ),
  });
}

/** An argv that runs a line of shell. */
export function sh(line: string): string[] {
  return ['/bin/sh', '-c', line];
}

/** The runner on a real database with real processes. */
export async function openRunner(jobs: Job[], change: Partial<RunnerDeps> = {}, home = temporaryHome()) {
  const { db, close } = openCopied(join(home, 'belfry.db'));
  const epoch = await raiseEpoch(db);
  const random = seededRandom(seed++);
  const ledger = createRunLedger(db, epoch, random.id);
  const reader = createRunReader(db);
  const ended = new Map<string, (run: RunView) => void>();
  const finished: RunView[] = [];
  const announced: RunView[] = [];
  const lines: { line: OutputLine; at: number }[] = [];
  const runner = createRunner({
    clock: systemClock,
    random,
    log: () => {},
    ledger,
    databaseLost: () => false,
    job: (id) => jobs.find((job) => job.id === id),
    workspace: () => undefined,
    decideStart: () => ({ do: 'go' }),
    baseFolder: home,
    environment: async () => ({ PATH: process.env['PATH'] ?? '', HOME: home }),
    helper: {
      socket: join(home, `helper-${seed}.sock`),
      launch: (args) => launchNodeHelper(helperProgram, args),
    },
    builtins: {
      publish_due_posts: async () => ({ ok: true, summary: 'No post is due.' }),
      refresh_tokens: async () => ({ ok: true, summary: 'Nothing to do.' }),
    },
    takePosts: () => async () => [],
    knownSecrets: new Set(),
    settings: () => ({ outputLimitMiB: 1 }),
    announce(run) {
      announced.push(run);
      if (run.finishedAt !== null) ended.get(run.id)?.(run);
    },
    announceOutput: (_, added) => lines.push(...added.map((line) => ({ line, at: systemClock.now() }))),
    alert: ({ run }) => finished.push(run),
    jobEnded: () => {},
    ...change,
  });
  onTestFinished(async () => {
    await whileTimePasses(runner.stop({ drainMs: 0 }), change.clock);
    await close();
  });

  /** Waits for the end of a run. */
  const end = async (id: string) => {
    const promise = new Promise<RunView>((resolve) => ended.set(id, resolve));
    const there = announced.find((run) => run.id === id && run.finishedAt !== null);
    return there ?? promise;
  };
  return {
    home,
    db,
    ledger,
    reader,
    runner,
    finished,
    announced,
    lines,
    end,
    /** Runs a job to its end. */
    run: async (jobId = jobs[0]?.id ?? '', options = {}) => end((await runner.runNow(jobId, options)).id),
    /** Texts of a run's output. */
    output: async (id: string) =>
      (await reader.output({ id, limit: 10_000, tail: false })).map(({ text }) => text),
  };
}

/** Waits for something that takes time, on a clock that may have to be moved by hand. */
async function whileTimePasses(work: Promise<void>, clock: Clock | undefined): Promise<void> {
  let over = false;
  const done = work.finally(() => {
    over = true;
  });
  while (!over && clock && 'advance' in clock) await (clock as HandClock).advance(100);
  await done;
}

/** Pids of processes whose command line contains `mark`, by /proc. */
export function processesWith(mark: string): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return [];
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'latin1');
      return command.includes(mark) ? [Number(name)] : [];
    } catch {
      return []; // It ended while we looked.
    }
  });
}
