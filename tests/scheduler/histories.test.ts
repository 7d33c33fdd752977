import { expect, test } from 'vitest';
import { type JobSchedule, jobSchedule } from '../../electron/scheduler/scheduled-job.ts';
import type { Job, Millis, Random } from '../../shared/index.ts';
import { seededRandom } from '../support/random.ts';
import { type Death, type Kept, quickClock, quickEngine } from './quick-world.ts';
import { cron, jobOf } from './world.ts';

/**
 * Random histories of sleep, kill, stop, pause, edit, disabling and clock steps. `BELFRY_FULL=1` plays 10,000 of them
 * instead of 1,500; `BELFRY_SEED=n` replays from a failing seed.
 */
const full = process.env['BELFRY_FULL'] === '1';
const firstSeed = Number(process.env['BELFRY_SEED'] ?? 1);
const histories = full ? 10_000 : 1500;
const batch = histories / 10;

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

for (let part = 0; part < 10; part += 1) {
  const from = firstSeed + part * batch;
  test(`histories ${from} to ${from + batch - 1}: every slot once, as a run or in a record with a reason`, {
    timeout: 600_000,
  }, async () => {
    for (let seed = from; seed < from + batch; seed += 1) await history(seed);
  });
}

/** A stretch in which one schedule was in force: slots in (after, upTo] are owed. */
type Version = { job: Job; schedule: JobSchedule; after: Millis; upTo: Millis };

async function history(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const integer = (low: number, high: number) => low + Math.floor(random.next() * (high - low + 1));
  const start = Date.UTC(2026, 10, 22, 9, integer(0, 59), integer(0, 59), integer(0, 999));
  const clock = quickClock(start);
  // Slots of a blackout that the clock was set back over are still to come: they are owed by neither time.
  const blackouts = random.next() < 0.3;
  const kept: Kept = { states: new Map(), runs: [], gaps: [], seen: null, pausedSince: null };
  let jobs = Array.from({ length: 2 }, (_, index) => randomJob(random, `job_${index}`, blackouts));
  let death: Death = null;
  let died = false;
  const dies = () => {
    const when = death;
    if (when === 'full') return when;
    death = null;
    died = when !== null;
    return when;
  };
  const story: string[] = [];
  const boot = () => quickEngine(kept, clock, () => jobs, dies);
  let engine = await boot();

  const versions: Version[] = [];
  const current = new Map<string, Version>();
  const begin = (job: Job, after: Millis) => {
    const anchor = kept.states.get(job.id)?.anchor ?? 0;
    const schedule = jobSchedule(job, { timezone: 'UTC', anchor });
    const version = { job, schedule, after, upTo: after };
    versions.push(version);
    current.set(job.id, version);
  };
  for (const job of jobs) begin(job, start);
  let paused = false;
  /** Slots that nothing excuses: they came while the engine was awake, or were still in their grace when it looked. */
  const mustRun: { id: string; slot: Millis }[] = [];
  const expectRuns = ({ job, schedule, upTo }: Version, awake: boolean) => {
    const now = clock.now();
    const open = schedule.slots.between(upTo, now).filter((slot) => schedule.blackouts?.at(slot) == null);
    const grace = Math.max((job.misfireGraceSeconds ?? Number.POSITIVE_INFINITY) * second, second);
    const inGrace = open.filter((slot) => now - slot <= grace);
    const caughtUp = inGrace.slice(job.coalesce ? -1 : -job.maxCatchUp);
    for (const slot of awake ? open : caughtUp) mustRun.push({ id: job.id, slot });
  };
  /** An engine at work has handled everything up to the latest time its clock ever showed. */
  const handled = ({ awake = false, certain = true } = {}) => {
    if (paused) return;
    for (const version of current.values()) {
      if (certain) expectRuns(version, awake);
      version.upTo = Math.max(version.upTo, clock.now());
    }
  };
  const look = async () => {
    engine.scheduler.wake('clock');
    await clock.advance(0);
    handled();
  };
  const advance = async (ms: number) => {
    await clock.advance(ms);
    handled({ awake: true });
  };
  const reboot = async (off: number) => {
    engine.kill();
    clock.move(off);
    engine = await boot();
    await clock.advance(0);
    handled();
  };
  const end = (id: string): Millis => {
    const version = current.get(id);
    current.delete(id);
    if (!version) return clock.now();
    const upTo = Math.max(version.upTo, clock.now());
    version.upTo = upTo;
    // The next schedule begins after the last slot that this one has handled, or now if that is later.
    const last = version.schedule.slots.between(version.after, upTo).at(-1) ?? version.after;
    return Math.max(last, version.after, clock.now());
  };
  const edit = async (next: Job[], id: string) => {
    jobs = next;
    await engine.scheduler.jobsChanged();
    const after = end(id);
    const job = next.find((candidate) => candidate.id === id);
    if (job?.enabled) begin(job, after);
  };

  const acts: Record<string, () => Promise<void>> = {
    advance: () => advance(integer(0, 4 * minute)),
    sleep: async () => {
      clock.move(integer(1, 20 * minute));
      await look();
    },
    back: async () => {
      clock.move(-integer(1, 8 * minute));
      await look();
    },
    crash: () => reboot(integer(0, 10 * minute)),
    stop: async () => {
      await engine.scheduler.stop();
      await reboot(integer(0, 10 * minute));
    },
    stopBeforeSlot: async () => {
      const dates = jobs.flatMap(({ triggers }) =>
        triggers.flatMap((trigger) => (trigger.type === 'date' ? [Date.parse(trigger.at)] : [])),
      );
      const next =
        dates.find((at) => at > clock.now()) ??
        Math.min(...jobs.map(({ id }) => engine.scheduler.next(id) ?? Number.POSITIVE_INFINITY));
      const wait = Math.floor(next / minute) * minute - clock.now();
      if (wait > 0 && wait < hour) await advance(Math.max(0, wait - integer(0, 450)));
      await engine.scheduler.stop();
      await reboot(integer(0, 2 * minute));
    },
    dieInClaim: async () => {
      death = random.next() < 0.5 ? 'before' : 'after';
      const after = death === 'after';
      await clock.advance(3 * minute, () => died);
      if (!died || after) handled({ certain: false });
      death = null;
      died = false;
      await reboot(integer(0, 2 * minute));
    },
    fullDisk: async () => {
      death = 'full';
      if (!blackouts && random.next() < 0.5) clock.move(-integer(1, 8 * minute));
      engine.scheduler.wake('clock');
      await clock.advance(integer(0, 3 * minute));
      death = null;
      await clock.advance(2 * second);
      handled({ certain: false });
    },
    pause: async () => {
      await engine.scheduler.pause();
      handled();
      paused = true;
    },
    resume: async () => {
      await engine.scheduler.resume();
      paused = false;
      handled({ certain: false });
    },
    edit: async () => {
      const id = `job_${integer(0, 1)}`;
      if (jobs.find((job) => job.id === id)?.enabled !== true) return;
      await edit(
        jobs.map((job) => (job.id === id ? randomJob(random, id, blackouts) : job)),
        id,
      );
    },
    disable: async () => {
      const id = `job_${integer(0, 1)}`;
      if (jobs.find((job) => job.id === id)?.enabled !== true) return;
      await edit(
        jobs.map((job) => (job.id === id ? { ...job, enabled: false } : job)),
        id,
      );
    },
    enable: async () => {
      const off = jobs.find((job) => !job.enabled);
      if (!off) return;
      const before = kept.states.get(off.id)?.cursor ?? 0;
      jobs = jobs.map((job) => (job.id === off.id ? { ...job, enabled: true } : job));
      await engine.scheduler.jobsChanged();
      begin({ ...off, enabled: true }, Math.max(before, clock.now()));
    },
  };
  const names = Object.keys(acts).filter((name) => name !== 'back' || !blackouts);
  for (let step = 0; step < 12; step += 1) {
    const name = names[integer(0, names.length - 1)] ?? 'advance';
    story.push(name);
    await acts[name]?.();
    await advance(integer(0, minute));
  }

  // The end: past everything that was ever seen, nothing paused, every record written.
  await acts['resume']?.();
  const latest = Math.max(clock.now(), ...versions.map(({ upTo }) => upTo));
  clock.move(latest - clock.now());
  await look();
  jobs = jobs.map((job) => ({ ...job, enabled: false }));
  await engine.scheduler.jobsChanged();
  await engine.scheduler.stop();

  for (const id of new Set(versions.map(({ job }) => job.id))) {
    const owed = versions
      .filter(({ job }) => job.id === id)
      .flatMap(({ schedule, after, upTo }) => schedule.slots.between(after, upTo));
    const about = `seed ${seed}, ${id}: ${story.join(', ')}`;
    const runs = kept.runs.filter(({ jobId }) => jobId === id).map(({ slot }) => slot);
    for (const { slot, madeAt, begun } of kept.runs)
      expect(begun || slot <= madeAt, `${about}: ${slot} was claimed early and never started`).toBe(true);
    const gaps = kept.gaps.filter(({ jobId }) => jobId === id);
    const counted = runs.length + gaps.reduce((sum, { count }) => sum + count, 0);
    for (const { slot } of mustRun.filter((due) => due.id === id))
      expect(runs.includes(slot), `${about}: nothing excuses that ${slot} did not run`).toBe(true);
    expect(new Set(owed).size, `${about}: no slot is owed twice`).toBe(owed.length);
    expect(counted, `${about}: every slot is a run or in a record`).toBe(owed.length);
    const all = new Set(owed);
    for (const slot of runs) expect(all.has(slot), `${about}: ${slot} was owed`).toBe(true);
    for (const { first, last, count, reason } of gaps) {
      expect(all.has(first) && all.has(last) && count > 0, `${about}: the record names slots`).toBe(true);
      expect(reason.length, about).toBeGreaterThan(10);
      expect(runs.includes(first) || runs.includes(last), `${about}: a run is in no record`).toBe(false);
    }
  }
}

function randomJob(random: Random, id: string, blackouts: boolean): Job {
  const integer = (low: number, high: number) => low + Math.floor(random.next() * (high - low + 1));
  const trigger = [
    () => cron(`*/${integer(1, 7)} * * * *`),
    () => cron(`${integer(0, 59)} */${integer(5, 20)} * * * *`),
    () => ({ type: 'interval' as const, seconds: integer(20, 400) }),
    () => cron(`${integer(0, 29)},${integer(30, 59)} * * * *`),
    // A moment after a slot that another trigger may have.
    () => ({
      type: 'date' as const,
      at: new Date(Date.UTC(2026, 10, 22, 9, integer(0, 80), 0, integer(1, 900))).toISOString(),
    }),
  ];
  const pick = () => trigger[integer(0, trigger.length - 1)]?.() ?? cron('* * * * *');
  return jobOf({
    id,
    triggers: random.next() < 0.3 ? [pick(), pick()] : [pick()],
    blackouts:
      blackouts && random.next() < 0.6
        ? [{ type: 'weekly', days: ['sun'], from: `09:${integer(10, 35)}`, to: `09:${integer(36, 59)}` }]
        : [],
    coalesce: random.next() < 0.5,
    misfireGraceSeconds: random.next() < 0.4 ? integer(0, 300) : null,
    maxCatchUp: integer(1, 5),
  });
}
