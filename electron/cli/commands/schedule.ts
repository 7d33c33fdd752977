import type { Command } from 'commander';
import {
  BelfryError,
  type FireTimes,
  fromInstant,
  instantSchema,
  parse,
  timezoneSchema,
  triggerSchema,
} from '../../../shared/index.ts';
import { type Context, type Use, wireOf } from '../context.ts';
import { parseJson } from '../files.ts';
import type { SimulateOptions } from '../simulation.ts';
import { table } from '../terminal.ts';
import { wholeNumber } from '../usage.ts';
import { fullTime, when } from '../when.ts';

type Options = { trigger?: string; timezone?: string; from?: string; count: number };

/** `belfry next`: when a job or a trigger fires; works without a running engine. */
export function nextCommand(program: Command, use: Use): void {
  program
    .command('next')
    .description('when a job, or a trigger that you only think about, fires next')
    .argument('[id]', 'job')
    .option('--trigger <json>', 'a trigger as in config.json instead of a job')
    .option('--timezone <zone>', 'time zone, such as Europe/Berlin (default: the job’s, or this machine’s)')
    .option('--from <instant>', 'after this instant, such as 2026-11-22T09:00:00Z (default: now)')
    .option('--count <n>', 'how many', wholeNumber(1, 1000), 10)
    .action(
      use(async (context, id: string | undefined, options: Options) => {
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
  throw new BelfryError({
    code: 'BAD_INPUT',
    what: id === undefined ? 'Nothing is asked about' : 'Two things are asked about',
    where: 'on the command line',
    why: 'Either the id of a job or --trigger must be given',
    remedy: 'See `belfry next --help`',
  });
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
  const { io, paths } = context;
  const { configuredJob, readConfigFile } = await import('../config-file.ts');
  const { fireTimes } = await import('../../scheduler/index.ts');
  const config = await readConfigFile(paths.config);
  const job = configuredJob(config, id, paths.config, 'Check the id, or name another home with --home');
  const { readAnchors } = await import('../../store/index.ts');
  const { publishJob } = await import('../../templates/index.ts');
  const anchor = readAnchors(paths.db).get(id);
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
  return id === publishJob.id ? { ...times, description: publishJob.schedule } : times;
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
