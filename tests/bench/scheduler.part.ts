// One measurement in a process of its own: `node scheduler.part.ts KIND SYSTEM COUNT SECONDS`, prints one JSON line.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cron } from 'croner';
import nodeCron from 'node-cron';
import nodeSchedule from 'node-schedule';
import { createScheduler } from '../../electron/scheduler/index.ts';
import { openDatabase, raiseEpoch } from '../../electron/store/database.ts';
import { createSlotLedger } from '../../electron/store/slots.ts';
import { systemClock, systemRandom } from '../../electron/system.ts';
import { type Job, jobSchema } from '../../shared/index.ts';

/** Calls `fire(job)` for each slot until the returned function is called. */
type Start = (
  count: number,
  expression: (job: number) => string,
  fire: (job: number, slot?: number) => void,
) => Promise<() => Promise<void>>;

/** The least that any scheduler could do: one timer for the next second and a loop over the jobs. */
const bare: Start = async (count, _expression, fire) => {
  let timer: NodeJS.Timeout;
  const arm = () => {
    const next = Math.floor(Date.now() / 1000) * 1000 + 1000;
    const ring = () => {
      if (Date.now() < next) {
        timer = setTimeout(ring, 1);
        return;
      }
      for (let job = 0; job < count; job += 1) fire(job);
      arm();
    };
    timer = setTimeout(ring, next - Date.now());
  };
  arm();
  return async () => clearTimeout(timer);
};

const croner: Start = async (count, expression, fire) => {
  const jobs = Array.from({ length: count }, (_, job) => new Cron(expression(job), () => fire(job)));
  return async () => {
    for (const job of jobs) job.stop();
  };
};

const cron: Start = async (count, expression, fire) => {
  nodeCron.setLogger({ info: () => {}, warn: () => {}, error: () => {}, debug: () => {} });
  const jobs = Array.from({ length: count }, (_, job) => nodeCron.schedule(expression(job), () => fire(job)));
  return async () => {
    for (const job of jobs) await job.destroy();
  };
};

const schedule: Start = async (count, expression, fire) => {
  const jobs = Array.from({ length: count }, (_, job) =>
    nodeSchedule.scheduleJob(expression(job), () => fire(job)),
  );
  return async () => {
    for (const job of jobs) job?.cancel();
  };
};

/** Belfry with its database: every slot is durable before it is fired. */
const belfry: Start = async (count, expression, fire) => {
  const folder = mkdtempSync(join(tmpdir(), 'belfry-bench-'));
  const opened = openDatabase(join(folder, 'belfry.db'));
  const jobs = jobsOf(count, expression);
  const numbers = new Map(jobs.map(({ id }, job) => [id, job]));
  const scheduler = createScheduler({
    clock: systemClock,
    random: systemRandom,
    log: (level, message, details) => level === 'error' && console.error(message, details),
    ledger: createSlotLedger(opened.db, await raiseEpoch(opened.db), systemRandom.id),
    jobs: () => jobs,
    defaultTimezone: () => 'UTC',
    changed: () => {},
  });
  await scheduler.start({
    accept: (run) => fire(numbers.get(run.jobId) ?? -1, run.slot ?? undefined),
    review: () => {},
  });
  return async () => {
    await scheduler.stop();
    await opened.close();
    rmSync(folder, { recursive: true, force: true });
  };
};

function jobsOf(count: number, expression: (job: number) => string): Job[] {
  const steps = [{ type: 'command' as const, name: 'Step', command: ['true'] }];
  // A late slot must run late, not be merged away, to be comparable.
  const shared = jobSchema.parse({ id: 'x', name: 'X', steps, coalesce: false });
  return Array.from({ length: count }, (_, job) => ({
    ...shared,
    id: `job_${job}`,
    triggers: [{ type: 'cron' as const, expression: expression(job) }],
  }));
}

/** Once a year, each job at a minute of its own. */
function yearly(job: number): string {
  return `${job % 60} ${Math.floor(job / 60) % 24} ${1 + (Math.floor(job / 1440) % 28)} 1 *`;
}

/** No scheduler at all: what an idle process costs by itself. */
const nothing: Start = async () => async () => {};

const systems: Record<string, Start> = {
  nothing,
  bare,
  belfry,
  croner,
  'node-cron': cron,
  'node-schedule': schedule,
};

/** Milliseconds since 1970 finer than Date.now(), read off the monotonic clock; the two drift apart and are brought together. */
function fineClock(): () => number {
  const before = Date.now();
  while (Date.now() === before) {
    // Waits for the very start of a millisecond.
  }
  let offset = Date.now() - performance.now();
  return () => {
    const whole = Date.now();
    const fine = performance.now();
    offset = Math.min(Math.max(offset, whole - fine), whole - fine + 1);
    return offset + fine;
  };
}

/** Earlier than this and it is a slot of the second before; the two clocks differ by less than a millisecond. */
const tolerance = 5;

async function lateness(start: Start, count: number, seconds: number) {
  const now = fineClock();
  const late: number[] = [];
  const seen = new Map<number, number>();
  let early = 0;
  let from = Number.POSITIVE_INFINITY;
  let until = Number.POSITIVE_INFINITY;
  let usage = process.cpuUsage();
  const stop = await start(
    count,
    () => '* * * * * *',
    (job, given) => {
      const at = now();
      // Others do not say which slot they mean: the latest is taken, which flatters those that are late by seconds.
      const slot = given ?? Math.floor((at + tolerance) / 1000) * 1000;
      if (slot < from || slot >= until) return;
      if (at < slot - 1) early += 1;
      late.push(at - slot);
      const key = job * 1e6 + (slot - from) / 1000;
      seen.set(key, (seen.get(key) ?? 0) + 1);
    },
  );
  // The first slots warm up; then whole seconds are measured.
  from = Math.ceil(Date.now() / 1000) * 1000 + 2000;
  until = from + seconds * 1000;
  await sleep(from - 500 - Date.now());
  usage = process.cpuUsage();
  await sleep(until + 900 - Date.now());
  const { user, system } = process.cpuUsage(usage);
  await stop();
  late.sort((a, b) => a - b);
  const at = (p: number) => late[Math.min(late.length - 1, Math.floor(late.length * p))] ?? Number.NaN;
  return {
    p50: at(0.5),
    p99: at(0.99),
    max: at(1),
    early,
    missed: count * seconds - seen.size,
    doubled: [...seen.values()].filter((times) => times > 1).length,
    cpuPerFire: (user + system) / Math.max(1, late.length),
  };
}

/** Milliseconds in which a new process goes on tidying up after its start. */
const settling = 10_000;

async function idle(start: Start, count: number, seconds: number) {
  let wakeups = 0;
  const real = globalThis.setTimeout;
  globalThis.setTimeout = Object.assign(
    (ring: (...args: unknown[]) => void, ...rest: [number?, ...unknown[]]) =>
      real(
        (...args: unknown[]) => {
          wakeups += 1;
          ring(...args);
        },
        ...(rest as [number]),
      ),
    real,
  ) as unknown as typeof setTimeout;
  const gc = (globalThis as { gc?: () => void }).gc ?? (() => {});
  gc();
  const before = process.memoryUsage().heapUsed;
  const began = performance.now();
  const stop = await start(count, yearly, () => {});
  const registered = performance.now() - began;
  gc();
  const bytesPerJob = (process.memoryUsage().heapUsed - before) / count;
  await new Promise((resolve) => real(resolve, settling));
  wakeups = 0;
  const usage = process.cpuUsage();
  await new Promise((resolve) => real(resolve, seconds * 1000));
  const { user, system } = process.cpuUsage(usage);
  const result = { wakeups, cpuMillis: (user + system) / 1000, bytesPerJob, registered };
  await stop();
  return result;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const [kind = '', name = '', count = '1', seconds = '1'] = process.argv.slice(2);
const start = systems[name];
if (!start) throw new Error(`Unknown system ${name}`);
const result = await (kind === 'idle' ? idle : lateness)(start, Number(count), Number(seconds));
console.log(JSON.stringify(result));
process.exit(0);
