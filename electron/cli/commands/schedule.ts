import type { Command } from 'commander';
import {
  BelfryError,
  type Config,
  type FireTimes,
  fromInstant,
  instantSchema,
  type Job,
  parse,
  timezoneSchema,
  triggerSchema,
} from '../../../shared/index.ts';
import { type Context, type Use, wireOf } from '../context.ts';
import { parseJson } from '../files.ts';
import type { SimulateOptions } from '../simulation.ts';
import { oneLine, table } from '../terminal.ts';
import { wholeNumber } from '../usage.ts';
import { fullTime, when } from '../when.ts';

type Options = { trigger?: string; timezone?: string; from?: string; count: number };

/** `belfry next`: what comes next, or when one job or trigger fires; works without a running engine. */
export function nextCommand(program: Command, use: Use): void {
  program
    .command('next')
    .description('what comes next; or when one job, or a trigger that you only think about, fires next')
    .argument('[id]', 'job (default: all jobs, and the posts that wait)')
    .option('--trigger <json>', 'a trigger as in config.json instead of a job')
    .option('--timezone <zone>', 'time zone, such as Europe/Berlin (default: the job’s, or this machine’s)')
    .option('--from <instant>', 'after this instant, such as 2026-11-22T09:00:00Z (default: now)')
    .option('--count <n>', 'how many', wholeNumber(1, 1000), 10)
    .action(
      use(async (context, id: string | undefined, options: Options) => {
        if (id === undefined && options.trigger === undefined) return await showComing(context, options);
        const times = await find(context, id, checked(options));
        if (times.countsFromSaving) context.io.err(supposed);
        context.show(times, () => describe(context, times, options.from !== undefined));
      }),
    );
}

const supposed =
  'An interval without an anchor counts from when its job is saved; these times suppose that it is now.\n';

async function find(context: Context, id: string | undefined, options: Options): Promise<FireTimes> {
  if (id !== undefined && options.trigger === undefined) return await ofJob(context, id, options);
  if (id === undefined && options.trigger !== undefined)
    return await ofTrigger(context, options.trigger, options);
  throw badUsage('Two things are asked about', 'It takes either the id of a job or --trigger');
}

function badUsage(what: string, why: string): BelfryError {
  const remedy = 'See `belfry next --help`';
  return new BelfryError({ code: 'BAD_INPUT', what, where: 'on the command line', why, remedy });
}

/** A job by its next run, or a post by its time. */
type Coming = { kind: 'job' | 'post'; id: string; name: string; at: string };

async function showComing(context: Context, { timezone, from, count }: Options): Promise<void> {
  if (timezone !== undefined || from !== undefined)
    throw badUsage(
      'It is not said what for',
      '--timezone and --from go with the id of a job or with --trigger',
    );
  const { io, reader } = context;
  const all = await everyComing(context, count);
  const next = all.sort((a, b) => Date.parse(a.at) - Date.parse(b.at)).slice(0, count);
  context.show({ next }, () => {
    const rows = next.map(({ kind, id, name, at }) => [when(at, reader), kind, id, oneLine(name)]);
    return rows.length === 0
      ? 'Nothing is to come.'
      : table(['WHEN', 'WHAT', 'ID', 'NAME'], rows, io.columns);
  });
}

/** Without an engine what config.json alone knows: jobs, and no posts. */
async function everyComing(context: Context, count: number): Promise<Coming[]> {
  try {
    const [jobs, posts] = await Promise.all([
      context.call('jobs.list', { limit: 10_000 }),
      context.call('posts.list', { status: ['queued'], order: 'soonest', limit: count }),
    ]);
    return [
      ...jobs.flatMap(({ id, name, enabled, nextRun: at }): Coming[] =>
        enabled && at !== null ? [{ kind: 'job', id, name, at }] : [],
      ),
      ...posts.flatMap(({ id, text, publishAt: at }): Coming[] =>
        at === null ? [] : [{ kind: 'post', id, name: text, at }],
      ),
    ];
  } catch (error) {
    if (wireOf(error).code !== 'NOT_RUNNING') throw error;
  }
  context.io.err('Belfry is not running: these are the jobs of config.json, without the posts that wait.\n');
  const { configuredJobs, readConfigFile } = await import('../config-file.ts');
  const config = await readConfigFile(context.paths.config);
  const jobs = configuredJobs(config).filter(
    ({ id, enabled }) => enabled && !config.settings.disabledBuiltins.includes(id),
  );
  const times = await Promise.all(jobs.map((job) => timesOf(context, config, job, { count: 1 })));
  return jobs.flatMap(({ id, name }, at) =>
    (times[at]?.next ?? []).map((time): Coming => ({ kind: 'job', id, name, at: time })),
  );
}

/** Options are checked before anything else is looked at, also when an engine would do it again. */
function checked(options: Options): Options {
  if (options.timezone !== undefined) parse(timezoneSchema, options.timezone, 'the option --timezone');
  if (options.from !== undefined) parse(instantSchema, options.from, 'the option --from');
  return options;
}

async function ofTrigger({ io }: Context, text: string, options: Options): Promise<FireTimes> {
  const trigger = parse(triggerSchema, parseJson(text, 'the option --trigger'), 'the trigger');
  const { fireTimes } = await import('../../scheduler/index.ts');
  const from = options.from === undefined ? io.clock.now() : fromInstant(options.from);
  const timezone = options.timezone ?? io.timezone;
  return fireTimes({ trigger, timezone, from, now: io.clock.now(), count: options.count });
}

async function ofJob(context: Context, id: string, options: Options): Promise<FireTimes> {
  const { timezone, from, count } = options;
  try {
    return await context.call('schedule.next', {
      id,
      count,
      ...(timezone === undefined ? {} : { timezone }),
      ...(from === undefined ? {} : { from }),
    });
  } catch (error) {
    if (wireOf(error).code !== 'NOT_RUNNING') throw error;
    return await ofConfiguredJob(context, id, options);
  }
}

async function ofConfiguredJob(context: Context, id: string, options: Options): Promise<FireTimes> {
  const { configuredJob, readConfigFile } = await import('../config-file.ts');
  const path = context.paths.config;
  const config = await readConfigFile(path);
  const job = configuredJob(config, id, path, 'Check the id, or name another home with --home');
  return await timesOf(context, config, job, options);
}

async function timesOf(
  { io, paths }: Context,
  config: Config,
  job: Job,
  options: Omit<Options, 'trigger'>,
): Promise<FireTimes> {
  const { fireTimes } = await import('../../scheduler/index.ts');
  const { readAnchors } = await import('../../store/index.ts');
  const { publishJob } = await import('../../templates/index.ts');
  const anchor = readAnchors(paths.db).get(job.id);
  const times = fireTimes({
    triggers: job.triggers,
    timezone: options.timezone ?? job.timezone ?? config.settings.timezone ?? io.timezone,
    startAt: job.startAt,
    endAt: job.endAt,
    blackouts: job.blackouts,
    ...(anchor === undefined ? {} : { anchor }),
    now: io.clock.now(),
    from: options.from === undefined ? io.clock.now() : fromInstant(options.from),
    count: options.count,
  });
  return job.id === publishJob.id ? { ...times, description: publishJob.schedule } : times;
}

/** From an instant of one's choice, how far away from now and from here a time is says nothing. */
function describe({ io, reader }: Context, times: FireTimes, chosen: boolean): string {
  const { timezone, description, next, daylightSaving } = times;
  const elsewhere = timezone !== io.timezone;
  const rows = next.map((at) => [fullTime(at, timezone), ...(chosen ? [] : [when(at, reader)])]);
  const head = [timezone, ...(chosen ? [] : [elsewhere ? `HERE (${io.timezone})` : 'FROM NOW'])];
  return [
    description,
    ...(daylightSaving === undefined ? [] : [daylightSaving]),
    rows.length === 0 ? 'It does not fire.' : table(head, rows, io.columns),
  ].join('\n');
}

/** `belfry simulate`: what would run, be skipped or missed, and why; nothing is started or stored. */
export function simulateCommand(program: Command, use: Use): void {
  const each = (text: string, before: string[]) => [...before, text];
  program
    .command('simulate')
    .description('what would run, be skipped or missed in a stretch of time, and why; nothing is started')
    .argument(
      '<job>',
      'id of a job, or a file with a job, a list of jobs or a configuration; - for standard input',
    )
    .requiredOption('--from <instant>', 'begin, such as 2026-11-22T09:00:00Z')
    .requiredOption('--to <instant>', 'end')
    .option('--sleep <from/to>', 'the computer sleeps; may be repeated', each, [])
    .option('--off <from/to>', 'Belfry does not run; may be repeated', each, [])
    .option(
      '--clock <at=seconds>',
      'the clock is set forward, or back with a minus; may be repeated',
      each,
      [],
    )
    .option('--timezone <zone>', 'zone of jobs without one (default: the settings’, or this machine’s)')
    .action(
      use(async (context, job: string, options: SimulateOptions) => {
        const { simulateJobs } = await import('../simulation.ts');
        await simulateJobs(context, job, options);
      }),
    );
}
