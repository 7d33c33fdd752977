import {
  check,
  fromInstant,
  instantSchema,
  type Job,
  jobSchema,
  type Millis,
  type Problem,
  parse,
  problemsError,
  timezoneSchema,
  toInstant,
} from '../../shared/index.ts';
import {
  checkJob,
  checkJobs,
  describeJob,
  isFloating,
  type SimulatedEvent,
  type Simulation,
  type SimulationInput,
  simulate,
} from '../scheduler/index.ts';
import { readAnchors } from '../store/index.ts';
import { builtinJobs, publishJob } from '../templates/index.ts';
import { configuredJob, parseConfig, readConfigFile } from './config-file.ts';
import { type Context, wireOf } from './context.ts';
import { parseJson, parseMany, readTextFile, type TextFile } from './files.ts';
import { oneLine, table } from './terminal.ts';
import { fullTime, shortTime, span } from './when.ts';

/** Options of `belfry simulate`: the stretch of time, and what happens to the machine in it. */
export type SimulateOptions = {
  from: string;
  to: string;
  sleep: string[];
  off: string[];
  clock: string[];
  timezone?: string;
};

/** `belfry simulate`: what would run, be skipped or missed, and why; nothing is started or stored. */
export async function simulateJobs(context: Context, name: string, options: SimulateOptions): Promise<void> {
  if (options.timezone !== undefined) parse(timezoneSchema, options.timezone, 'the option --timezone');
  const world = readWorld(options);
  const { jobs, anchors, ...subject } = await findJobs(context, name);
  const timezone = options.timezone ?? subject.timezone ?? context.io.timezone;
  if (jobs.some((job) => job.enabled && !anchors.has(job.id) && job.triggers.some(isFloating)))
    context.io.err('An interval without an anchor is counted from the beginning of the simulation.\n');
  const { events, totals } = simulate({ ...world, jobs, timezone, anchor: (id) => anchors.get(id) });
  const summaries = jobs.map((job): Total => {
    const { id, enabled } = job;
    const base = { timezone: job.timezone ?? timezone, anchor: anchors.get(id) ?? world.from };
    const { runs = 0, skipped = 0, missed = 0 } = totals.find(({ jobId }) => jobId === id) ?? {};
    return {
      jobId: id,
      enabled,
      timezone: base.timezone,
      schedule: id === publishJob.id ? publishJob.schedule : describeJob(job, base),
      runs,
      skipped,
      missed,
    };
  });
  const document = {
    from: toInstant(world.from),
    to: toInstant(world.to),
    timezone,
    events: events.map(onTheWire),
    totals: summaries,
  };
  context.show(document, () => describeSimulation(context, { events, totals: summaries, timezone }));
}

/** An event with its instants as they are on disk and wire. */
function onTheWire(event: SimulatedEvent) {
  const base = { ...event, at: toInstant(event.at), clock: toInstant(event.clock) };
  if ('first' in event) return { ...base, first: toInstant(event.first), last: toInstant(event.last) };
  if ('slot' in event) return { ...base, slot: event.slot === null ? null : toInstant(event.slot) };
  return base;
}

type World = Pick<SimulationInput, 'from' | 'to' | 'sleep' | 'off' | 'clock'>;

/** A hundred years: no clock is set further, and beyond, instants stop to be dates. */
const mostSeconds = 100 * 366 * 86_400;

/** Reads the options of a simulation; throws BAD_INPUT with every mistake in them. */
function readWorld(options: SimulateOptions): World {
  const problems: Problem[] = [];
  const instant = (text: string, field: string): Millis => {
    const result = check(instantSchema, text);
    if (result.ok) return fromInstant(result.value);
    const [first] = result.problems;
    problems.push({ field, message: `"${text}" ${first?.message}` });
    return Number.NaN;
  };
  const span = (field: string) => (text: string, index: number) => {
    const [from, to, ...more] = text.split('/');
    if (from !== undefined && to !== undefined && more.length === 0)
      return { from: instant(from, `${field}[${index}]`), to: instant(to, `${field}[${index}]`) };
    problems.push({
      field: `${field}[${index}]`,
      message: `"${text}" must be FROM/TO, such as 2026-11-22T23:00:00Z/2026-11-23T07:00:00Z`,
    });
    return { from: Number.NaN, to: Number.NaN };
  };
  const step = (text: string, index: number) => {
    const parts = /^(.+)=([+-]?\d+)$/.exec(text);
    const seconds = Number(parts?.[2]);
    if (parts && Math.abs(seconds) <= mostSeconds)
      return { at: instant(parts[1] ?? '', `clock[${index}]`), seconds };
    problems.push({
      field: `clock[${index}]`,
      message: `"${text}" must be AT=SECONDS, such as 2026-11-22T12:00:00Z=-3600`,
    });
    return { at: Number.NaN, seconds: Number.NaN };
  };

  const world = {
    from: instant(options.from, 'from'),
    to: instant(options.to, 'to'),
    sleep: options.sleep.map(span('sleep')),
    off: options.off.map(span('off')),
    clock: options.clock.map(step),
  };
  if (problems.length > 0) throw problemsError(problems, 'the options');
  return world;
}

/** What is simulated. */
type Subject = {
  jobs: Job[];
  /** Zone of jobs without one, where it is set; null = this machine's. */
  timezone: string | null;
  /** When Belfry first saw a job, where that is known. */
  anchors: ReadonlyMap<string, Millis>;
};

/** The jobs that a name means: a file (one job, a list, or a whole configuration), `-`, or the id of a job. */
async function findJobs(context: Context, name: string): Promise<Subject> {
  // An id has no dots and slashes (design §3.1), and a file without them can be written as ./name.
  return name === '-' || /[./\\]/.test(name) ? await ofFile(context, name) : await ofId(context, name);
}

async function ofFile(context: Context, name: string): Promise<Subject> {
  const file = await readTextFile(context.io, name);
  const value = parseJson(file.text, file.where);
  if (isConfig(value)) {
    const { jobs, settings } = parseConfig(file.text, file.where);
    return { jobs, timezone: settings.timezone, anchors: readAnchors(context.paths.db) };
  }
  const jobs = Array.isArray(value) ? listed(value, name, file) : [alone(context, value, name, file)];
  // A file for a job that exists is a change of it, which keeps its phase.
  return { jobs, timezone: null, anchors: readAnchors(context.paths.db) };
}

function isConfig(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'jobs' in value && !('steps' in value);
}

function listed(value: unknown[], name: string, { folder }: TextFile): Job[] {
  return parseMany(jobSchema, { value, name, folder }, (jobs) =>
    checkJobs(jobs, builtinJobs).map(({ field, message }) => ({
      field: field.replace(/^jobs/, ''),
      message,
    })),
  );
}

function alone(context: Context, value: unknown, name: string, { folder, where }: TextFile): Job {
  const [job] = parseMany(jobSchema, { value, name, folder });
  if (!job) throw new Error('One value was parsed into none');
  const problems = checkJob(job);
  if (problems.length > 0) throw problemsError(problems, where);
  return asEnabled(context, job);
}

async function ofId(context: Context, id: string): Promise<Subject> {
  try {
    return await jobsOfEngine(context, id);
  } catch (error) {
    if (wireOf(error).code !== 'NOT_RUNNING') throw error;
    const config = await readConfigFile(context.paths.config);
    const remedy = 'Check the id, name another home with --home, or write a file with a dot or slash: ./FILE';
    const jobs = await withSources(id, async (wanted) =>
      configuredJob(config, wanted, context.paths.config, remedy),
    );
    return {
      jobs: jobs.map((job) => (job.id === id ? asEnabled(context, job) : job)),
      timezone: config.settings.timezone,
      anchors: readAnchors(context.paths.db),
    };
  }
}

async function jobsOfEngine(context: Context, id: string): Promise<Subject> {
  const anchors = new Map<string, Millis>();
  const { timezone } = await context.call('settings.get', {});
  const jobs = await withSources(id, async (wanted) => {
    const { job, anchor } = await context.call('jobs.get', { id: wanted });
    if (anchor !== undefined) anchors.set(job.id, fromInstant(anchor));
    return wanted === id ? asEnabled(context, job) : job;
  });
  return { jobs, timezone, anchors };
}

/** A job, and those whose end it waits for: without them it would never run. */
async function withSources(id: string, get: (id: string) => Promise<Job>): Promise<Job[]> {
  const found = new Map<string, Job>();
  for (const wanted = [id]; wanted.length > 0; ) {
    const next = wanted.shift() ?? id;
    if (found.has(next)) continue;
    const job = await get(next);
    found.set(next, job);
    wanted.push(
      ...job.triggers.flatMap((trigger) => (trigger.type === 'event' ? [trigger.job ?? []] : [])).flat(),
    );
  }
  return [...found.values()];
}

/** Who asks about one job wants to know what it would do. */
function asEnabled({ io }: Context, job: Job): Job {
  if (job.enabled) return job;
  io.err(`The job ${job.id} is disabled; this shows what it would do if it were not.\n`);
  return { ...job, enabled: true };
}

/** A simulation, with what is to be known of each job in it; `timezone` is that of the machine. */
type Played = { events: Simulation['events']; totals: Total[]; timezone: string };
type Total = Simulation['totals'][number] & Pick<Job, 'enabled'> & { timezone: string; schedule: string };

/** A simulation as text: what happens, in order, and a summary per job. */
function describeSimulation(context: Context, played: Played): string {
  return [timeline(context, played), summary(context, played)].join('\n\n');
}

function timeline(context: Context, { events, totals, timezone }: Played): string {
  if (events.length === 0) return 'Nothing happens in this time.';
  const strays = clockStrays(events);
  const zones = new Map(totals.map((total) => [total.jobId, total.timezone]));
  const rows = moments(events).map((moment) => {
    const { event } = moment;
    const zone = ('jobId' in event && zones.get(event.jobId)) || timezone;
    return [
      fullTime(toInstant(event.at), zone),
      ...(strays ? [event.clock === event.at ? '' : shortTime(event.clock, zone)] : []),
      'jobId' in event ? event.jobId : '',
      what(context, moment),
      slots(moment, zone),
      'reason' in event ? oneLine(event.reason ?? '') : '',
    ];
  });
  const head = ['WHEN', ...(strays ? ['ITS CLOCK SAYS'] : []), 'JOB', 'WHAT', 'SLOTS', 'WHY'];
  return table(head, rows, context.io.columns);
}

function what({ paint }: Context, { event, times }: Moment): string {
  switch (event.kind) {
    case 'run':
      if (event.cause === 'catch-up') return paint('cyan', 'catch-up');
      return paint('green', times === 1 ? 'run' : `${times} runs`);
    case 'missed':
    case 'skipped':
      return paint('yellow', `${event.count} ${event.kind}`);
    default:
      return paint('dim', machine(event));
  }
}

function machine(event: Exclude<SimulatedEvent, { jobId: string }>): string {
  switch (event.kind) {
    case 'start':
      return 'Belfry starts';
    case 'stop':
      return 'Belfry ends';
    case 'sleep':
      return 'sleep';
    case 'wake':
      return 'wake';
    case 'clock':
      return `clock ${event.seconds < 0 ? 'back' : 'forward'} ${span(event.seconds * 1000)}`;
  }
}

/** The instants that were due, where they are not the moment itself. */
function slots({ event, times, last }: Moment, zone: string): string {
  if (times > 1) return `… ${shortTime(last.at, zone)}`;
  if (event.kind === 'run')
    return event.slot === null || event.slot === event.clock ? '' : shortTime(event.slot, zone);
  if (event.kind !== 'missed' && event.kind !== 'skipped') return '';
  const first = shortTime(event.first, zone);
  return event.count === 1 ? first : `${first} … ${shortTime(event.last, zone)}`;
}

function summary({ io, paint }: Context, { totals }: Played): string {
  const count = (number: number) => (number === 0 ? '–' : paint('yellow', String(number)));
  const rows = totals.map(({ jobId, enabled, runs, skipped, missed, schedule }) => [
    jobId,
    enabled ? String(runs) : paint('dim', 'off'),
    count(skipped),
    count(missed),
    oneLine(schedule),
  ]);
  return table(['JOB', 'RUNS', 'SKIPPED', 'MISSED', 'SCHEDULE'], rows, io.columns);
}

/** An event, or several ordinary runs of one job with nothing remarkable between them. */
type Moment = { event: SimulatedEvent; times: number; last: SimulatedEvent };

type Ordinary = Extract<SimulatedEvent, { kind: 'run' }>;

/** Fewer runs in a row than this are shown one by one. */
const leastRow = 4;

/** Events with the ordinary runs between two remarkable things made one moment per job, so that these can be seen. */
function moments(events: readonly SimulatedEvent[]): Moment[] {
  const all: Moment[] = [];
  let row: Ordinary[] = [];
  const endRow = () => {
    all.push(...foldRow(row));
    row = [];
  };
  for (const event of events) {
    if (event.kind === 'run' && event.cause !== 'catch-up') row.push(event);
    else {
      endRow();
      all.push({ event, times: 1, last: event });
    }
  }
  endRow();
  return all;
}

function foldRow(row: readonly Ordinary[]): Moment[] {
  const kinds = new Map<string, Ordinary[]>();
  for (const event of row) {
    const key = JSON.stringify([event.jobId, event.reason]);
    const same = kinds.get(key);
    if (same) same.push(event);
    else kinds.set(key, [event]);
  }
  return [...kinds.values()]
    .flatMap((same): Moment[] => {
      const [first, last] = [same[0], same.at(-1)];
      return first && last && same.length >= leastRow
        ? [{ event: first, times: same.length, last }]
        : same.map((event) => ({ event, times: 1, last: event }));
    })
    .sort((a, b) => a.event.at - b.event.at);
}

/** Whether the machine's clock was ever wrong. */
function clockStrays(events: readonly { at: Millis; clock: Millis }[]): boolean {
  return events.some(({ at, clock }) => at !== clock);
}
