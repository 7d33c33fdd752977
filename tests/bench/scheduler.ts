import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Cron } from 'croner';
import { plan } from '../../electron/scheduler/plan.ts';
import { jobSchedule } from '../../electron/scheduler/scheduled-job.ts';
import { triggerInstants } from '../../electron/scheduler/triggers/trigger-instants.ts';
import { jobSchema } from '../../shared/index.ts';
import { percentile, type Result } from './result.ts';

const part = fileURLToPath(new URL('./scheduler.part.ts', import.meta.url));
const seconds = 15;
const idleSeconds = 60;
/** CPU time swings with what else the machine does: the middle of this many rounds counts, ours and croner's in turn. */
const cpuRounds = 5;
const cpuSeconds = 8;

/** The figures of the scheduler beside other schedulers, each measured in a process of its own, one after the other. */
export async function run(): Promise<Result[]> {
  return [...fireTimes(), ...longGaps(), ...(await idleJobs()), ...(await latenesses())];
}

async function measure<T>(kind: string, system: string, count: number, time: number): Promise<T> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    part,
    kind,
    system,
    String(count),
    String(time),
  ]);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T;
}

type Lateness = {
  p50: number;
  p99: number;
  max: number;
  early: number;
  missed: number;
  doubled: number;
  cpuPerFire: number;
};

async function latenesses(): Promise<Result[]> {
  const results: Result[] = [];
  for (const count of [1, 100, 1000, 5000]) {
    const by: Record<string, Lateness> = {};
    for (const system of ['bare', 'belfry', 'croner', 'node-cron', 'node-schedule'])
      by[system] = await measure<Lateness>('lateness', system, count, seconds);
    results.push(...latenessOf(count, by));
    if (count >= 1000) results.push(await cpuPerFire(count));
  }
  return results;
}

async function cpuPerFire(count: number): Promise<Result> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < cpuRounds; round += 1) {
    ours.push((await measure<Lateness>('lateness', 'belfry', count, cpuSeconds)).cpuPerFire);
    theirs.push((await measure<Lateness>('lateness', 'croner', count, cpuSeconds)).cpuPerFire);
  }
  const [value, croner] = [percentile(ours, 0.5), percentile(theirs, 0.5)];
  return {
    name: `CPU a fire, median of ${cpuRounds} rounds, ${count} jobs every second`,
    value,
    unit: 'µs',
    baseline: { name: 'croner', value: croner },
    goal: '≤ 0.8 × croner',
    ok: value <= 0.8 * croner,
  };
}

function latenessOf(count: number, by: Record<string, Lateness>): Result[] {
  const jobs = `${count} ${count === 1 ? 'job' : 'jobs'} every second`;
  const { belfry, bare, croner } = by;
  if (!belfry || !bare || !croner) return [];
  const goal =
    count === 1
      ? { goal: '≤ 1.5 × bare timer', ok: belfry.p99 <= 1.5 * bare.p99 }
      : count >= 1000
        ? { goal: '≤ 0.5 × croner', ok: belfry.p99 <= 0.5 * croner.p99 }
        : {};
  const beside =
    count === 1 ? { name: 'bare timer', value: bare.p99 } : { name: 'croner', value: croner.p99 };
  const wrong = belfry.missed + belfry.doubled + belfry.early;
  return [
    {
      name: `late, p50, ${jobs}`,
      value: belfry.p50,
      unit: 'ms',
      baseline: { name: 'croner', value: croner.p50 },
    },
    { name: `late, p99, ${jobs}`, value: belfry.p99, unit: 'ms', baseline: beside, ...goal },
    {
      name: `late, max, ${jobs}`,
      value: belfry.max,
      unit: 'ms',
      baseline: { name: 'croner', value: croner.max },
    },
    { name: `missed, doubled or early, ${jobs}`, value: wrong, unit: 'slots', goal: '0', ok: wrong === 0 },
    ...Object.entries(by).flatMap(([name, { p99, missed }]): Result[] =>
      name === 'belfry'
        ? []
        : [
            { name: `  ${name}: late, p99, ${jobs}`, value: p99, unit: 'ms' },
            { name: `  ${name}: missed, ${jobs}`, value: missed, unit: 'slots' },
          ],
    ),
  ];
}

type Idle = { wakeups: number; cpuMillis: number; bytesPerJob: number; registered: number };

async function idleJobs(): Promise<Result[]> {
  const belfry = await measure<Idle>('idle', 'belfry', 10_000, idleSeconds);
  const croner = await measure<Idle>('idle', 'croner', 10_000, idleSeconds);
  const cron = await measure<Idle>('idle', 'node-cron', 10_000, idleSeconds);
  const nothing = await measure<Idle>('idle', 'nothing', 0, idleSeconds);
  const jobs = '10,000 idle jobs';
  const row = (name: string, key: keyof Idle, unit: string, limit: number, scale = 1): Result[] => [
    {
      name: `${name}, ${jobs}`,
      value: belfry[key] / scale,
      unit,
      baseline: { name: 'croner', value: croner[key] / scale },
      goal: `≤ ${limit} ${unit}`,
      ok: belfry[key] / scale <= limit,
    },
    { name: `  node-cron: ${name}, ${jobs}`, value: cron[key] / scale, unit },
    ...(key === 'cpuMillis' ? [{ name: `  no scheduler: ${name}`, value: nothing[key], unit }] : []),
  ];
  return [
    ...row('wake-ups in a minute', 'wakeups', 'times', 10),
    ...row('CPU in a minute', 'cpuMillis', 'ms', 5),
    ...row('memory of a job', 'bytesPerJob', 'kB', 5, 1000),
    ...row('registered in', 'registered', 's', 0.3, 1000),
  ];
}

/** Ordinary and nasty: dense, sparse, special days, zones with odd changes. */
const expressions: [string, string][] = [
  ['* * * * * *', 'UTC'],
  ['*/5 * * * *', 'America/New_York'],
  ['0 9 * * 1-5', 'Europe/Berlin'],
  ['30 2 * * *', 'America/New_York'],
  ['*/15 1-5 * * *', 'Australia/Lord_Howe'],
  ['0 0 1 1 *', 'Europe/London'],
  ['0 0 29 2 *', 'America/New_York'],
  ['0 9 * * 2#2', 'Europe/Berlin'],
  ['0 9 L * *', 'Asia/Tokyo'],
  ['0 9 LW * *', 'America/Chicago'],
  ['0 9 15W * *', 'Europe/Paris'],
  ['0 9 1,15 * *', 'Europe/Paris'],
  ['0 12 13 * 5', 'America/Los_Angeles'],
  ['0 0 * * 5L', 'Africa/Casablanca'],
  ['0 */6 * * *', 'UTC'],
  ['59 23 31 12 *', 'Pacific/Apia'],
  ['0 0 29 2 1', 'UTC'],
  ['7,23,41 3,9,17 * * *', 'America/Sao_Paulo'],
  ['0 0 31 * *', 'Asia/Kolkata'],
  ['*/7 8-17 * 2,8 1-5', 'Europe/Madrid'],
];
const wanted = 1000;
const from = Date.UTC(2026, 10, 22);

function fireTimes(): Result[] {
  const rounds = expressions.map(([expression, timezone]) => {
    let best = 0;
    for (let round = 0; round < 5; round += 1) best = Math.max(best, ourRate(expression, timezone));
    return { ours: best, theirs: theirRate(expression, timezone) };
  });
  const mean = (rates: number[]) => rates.length / rates.reduce((sum, rate) => sum + 1 / rate, 0);
  const ours = mean(rounds.map((round) => round.ours));
  const theirs = mean(rounds.map((round) => round.theirs));
  const worst = Math.min(...rounds.map((round) => round.ours));
  const theirWorst = Math.min(...rounds.map((round) => round.theirs));
  return [
    {
      name: `next ${wanted} fire times, 20 expressions`,
      value: ours,
      unit: 'a second',
      baseline: { name: 'croner', value: theirs },
      goal: '≥ 50 × croner',
      ok: ours >= 50 * theirs,
    },
    {
      name: `next ${wanted} fire times, worst expression`,
      value: worst,
      unit: 'a second',
      baseline: { name: 'croner, its worst', value: theirWorst },
      goal: '≥ 20 × croner',
      ok: worst >= 20 * theirWorst,
    },
  ];
}

/** From the text to the last instant, reading included; zones stay known as they do in the engine. */
function ourRate(expression: string, timezone: string): number {
  const began = performance.now();
  const instants = triggerInstants({ type: 'cron', expression }, { timezone, anchor: 0 });
  let count = 0;
  for (let at = instants.next(from); at !== null && count < wanted; at = instants.next(at)) count += 1;
  return (count / (performance.now() - began)) * 1000;
}

function theirRate(expression: string, timezone: string): number {
  const began = performance.now();
  const { length } = new Cron(expression, { timezone, domAndDow: true }).nextRuns(wanted, new Date(from));
  return (length / (performance.now() - began)) * 1000;
}

function longGaps(): Result[] {
  const steps = [{ type: 'command' as const, name: 'Step', command: ['true'] }];
  const day = 86_400_000;
  const began = performance.now();
  for (let job = 0; job < 1000; job += 1) {
    const [expression, timezone] = [`*/5 ${job % 24} * * *`, 'America/New_York'];
    const schedule = jobSchedule(
      { triggers: [{ type: 'cron', expression }], startAt: null, endAt: null, blackouts: [] },
      { timezone, anchor: 0 },
    );
    schedule.slots.between(from, from + 30 * day);
  }
  const month = performance.now() - began;
  const job = jobSchema.parse({
    id: 'x',
    name: 'X',
    steps,
    triggers: [{ type: 'cron', expression: '*/5 * * * *' }],
  });
  const schedule = jobSchedule(job, { timezone: 'America/New_York', anchor: 0 });
  const again = performance.now();
  plan({
    job,
    schedule,
    cursor: from,
    now: from + 3653 * day,
    pausedSince: null,
    because: 'x',
    recordSkipped: false,
  });
  const decade = performance.now() - again;
  return [
    { name: '30 days of downtime, 1,000 jobs', value: month, unit: 'ms', goal: '≤ 100 ms', ok: month <= 100 },
    {
      name: '10 years of downtime, every 5 minutes',
      value: decade,
      unit: 'ms',
      goal: '≤ 50 ms',
      ok: decade <= 50,
    },
  ];
}
