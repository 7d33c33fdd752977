import { type Job, toInstant } from '../../../shared/index.ts';
import type { SimulatedEvent, Simulation } from '../../scheduler/index.ts';
import type { Context } from '../context.ts';
import { table } from '../table.ts';
import { oneLine } from '../text.ts';
import { fullTime, shortTime, span } from '../when.ts';
import { clockStrays, type Moment, moments } from './timeline.ts';

/** A simulation, with what is to be known of each job in it; `timezone` is that of the machine. */
export type Played = { events: Simulation['events']; totals: Total[]; timezone: string };
export type Total = Simulation['totals'][number] &
  Pick<Job, 'enabled'> & { timezone: string; schedule: string };

/** A simulation for people: what happens, in order, and a summary per job. */
export function describeSimulation(context: Context, played: Played): string {
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
