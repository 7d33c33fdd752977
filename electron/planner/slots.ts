import {
  type CalendarTrigger,
  fromInstant,
  type Millis,
  type Queue,
  type QueuePlace,
} from '../../shared/index.ts';
import type { PlannerDeps } from './ports.ts';

/** Any Monday does: the slots come every week. */
const someMonday = '1970-01-05';

/** The next `count` slots of a queue after `from`, by the rules for clock changes that jobs have. */
export function slotTimes(
  { fireTimes, defaultTimezone }: Pick<PlannerDeps, 'fireTimes' | 'defaultTimezone'>,
  queue: Queue,
  from: Millis,
  count: number,
): Millis[] {
  const triggers = queue.slots.map(
    ({ days, at }): CalendarTrigger => ({
      type: 'calendar',
      every: 1,
      unit: 'weeks',
      weekdays: [...days],
      at,
      from: someMonday,
    }),
  );
  const timezone = queue.timezone ?? defaultTimezone();
  const until = Number.POSITIVE_INFINITY;
  return fireTimes({ triggers, timezone, anchor: 0, from, until, count }).next.map(fromInstant);
}

/** The first slot after `from` that is not in `taken`; pages through the weeks. undefined when some years are full. */
export async function firstFree(
  deps: Pick<PlannerDeps, 'fireTimes' | 'defaultTimezone'>,
  queue: Queue,
  from: Millis,
  taken: (first: Millis, last: Millis) => Promise<ReadonlySet<Millis>>,
): Promise<Millis | undefined> {
  let after = from;
  for (let page = 0; page < 100; page += 1) {
    const times = slotTimes(deps, queue, after, 100);
    const [first] = times;
    const last = times.at(-1);
    if (first === undefined || last === undefined) return undefined;
    const full = await taken(first, last);
    const free = times.find((at) => !full.has(at));
    if (free !== undefined) return free;
    after = last;
  }
  return undefined;
}

/** The same list with the entry at `index` at another position; those in between move by one. */
export function movedTo<T>(list: readonly T[], index: number, place: QueuePlace): T[] {
  const rest = list.filter((_, other) => other !== index);
  const moved = list.slice(index, index + 1);
  const at = { top: 0, bottom: rest.length, up: Math.max(index - 1, 0), down: index + 1 }[place];
  return [...rest.slice(0, at), ...moved, ...rest.slice(at)];
}

/** The same list in any order, each equally likely (Fisher–Yates); `random` gives numbers in [0, 1). */
export function shuffled<T>(list: readonly T[], random: () => number): T[] {
  const left = [...list];
  return list.flatMap(() => left.splice(Math.floor(random() * left.length), 1));
}
