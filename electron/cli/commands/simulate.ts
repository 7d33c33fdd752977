import type { Command } from 'commander';
import { parse, timezoneSchema, toInstant } from '../../../shared/index.ts';
import type { SimulatedEvent } from '../../scheduler/index.ts';
import type { Context } from '../context.ts';
import type { Total } from '../simulation/describe.ts';
import type { WorldOptions } from '../simulation/read-world.ts';
import type { Use } from '../use.ts';

type Options = WorldOptions & { timezone?: string };

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
    .action(use(play));
}

async function play(context: Context, name: string, options: Options): Promise<void> {
  const { readWorld } = await import('../simulation/read-world.ts');
  const { findJobs } = await import('../simulation/find-jobs.ts');
  const { describeSimulation } = await import('../simulation/describe.ts');
  const { describeJob, isFloating, simulate } = await import('../../scheduler/index.ts');
  if (options.timezone !== undefined) parse(timezoneSchema, options.timezone, 'the option --timezone');
  const world = readWorld(options);
  const { jobs, anchors, ...subject } = await findJobs(context, name);
  const timezone = options.timezone ?? subject.timezone ?? context.io.timezone;
  if (jobs.some((job) => job.enabled && !anchors.has(job.id) && job.triggers.some(isFloating)))
    context.io.err('An interval without an anchor is counted from the beginning of the simulation.\n');
  const { events, totals } = simulate({ ...world, jobs, timezone, anchor: (id) => anchors.get(id) });
  const summaries = jobs.map((job): Total => {
    const { id, enabled } = job;
    const place = { timezone: job.timezone ?? timezone, anchor: anchors.get(id) ?? world.from };
    const { runs = 0, skipped = 0, missed = 0 } = totals.find(({ jobId }) => jobId === id) ?? {};
    return {
      jobId: id,
      enabled,
      timezone: place.timezone,
      schedule: describeJob(job, place),
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
