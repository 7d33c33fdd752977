import type { Millis } from '../../../shared/index.ts';
import type { SimulatedEvent } from '../../scheduler/index.ts';

/** An event, or several ordinary runs of one job without anything between that a person would want to see. */
export type Moment = { event: SimulatedEvent; times: number; last: SimulatedEvent };

type Ordinary = Extract<SimulatedEvent, { kind: 'run' }>;

/** Fewer runs in a row than this are shown one by one. */
const leastRow = 4;

/** Events with the ordinary runs between two remarkable things made one moment per job, so that these can be seen. */
export function moments(events: readonly SimulatedEvent[]): Moment[] {
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
export function clockStrays(events: readonly { at: Millis; clock: Millis }[]): boolean {
  return events.some(({ at, clock }) => at !== clock);
}
