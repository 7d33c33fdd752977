import { type Blackout, type Millis, weekdayNames } from '../../shared/index.ts';
import { dayNumber, weekdayOf } from './time/civil.ts';
import { instantAt, wallAt, type Zone } from './time/zone.ts';

/** A period without runs: slots from `from` on, before `to`. */
export type Window = { from: Millis; to: Millis; name: string };

/** When a job's slots are skipped. */
export type Windows = {
  /** The window that contains an instant; of several the one that ends last. */
  at(instant: Millis): Window | null;
  /** The windows in a range of slots (from, to], in order, cut to it and without overlap. */
  within(from: Millis, to: Millis): Window[];
};

const daySeconds = 86_400;

/** The windows of a job's blackouts in its zone, or null when it has none. */
export function blackoutWindows(blackouts: readonly Blackout[], zone: Zone): Windows | null {
  if (blackouts.length === 0) return null;
  const sources = blackouts.map((blackout) => windowsOf(blackout, zone));
  const dayOf = (instant: Millis) => Math.floor(wallAt(zone, Math.floor(instant / 1000)) / daySeconds);
  /** Windows that begin on a day or, over night, on the one before; a day more on either side for changes of the zone. */
  const near = (from: Millis, to: Millis) =>
    sources.flatMap((source) => source(dayOf(from) - 2, dayOf(to) + 1));

  return {
    at(instant) {
      const around = near(instant, instant).filter(({ from, to }) => from <= instant && instant < to);
      return around.sort((a, b) => b.to - a.to)[0] ?? null;
    },
    within(from, to) {
      const cut: Window[] = [];
      let done = from + 1;
      for (const window of near(from, to).sort((a, b) => a.from - b.from || b.to - a.to)) {
        const start = Math.max(window.from, done);
        const end = Math.min(window.to, to + 1);
        if (start >= end) continue;
        cut.push({ ...window, from: start, to: end });
        done = end;
      }
      return cut;
    },
  };
}

/** Lists a blackout's windows that begin between two days, or reach into them. */
function windowsOf(blackout: Blackout, zone: Zone): (firstDay: number, lastDay: number) => Window[] {
  const name = blackout.name ?? wording(blackout);
  const window = (fromWall: number, toWall: number): Window => ({
    from: instantAt(zone, fromWall) * 1000,
    to: instantAt(zone, toWall) * 1000,
    name,
  });
  if (blackout.type === 'dates') {
    const [first, last] = [dayOf(blackout.from), dayOf(blackout.to)];
    const whole = window(first * daySeconds, (last + 1) * daySeconds);
    return (firstDay, lastDay) => (last >= firstDay && first <= lastDay ? [whole] : []);
  }
  const from = secondOf(blackout.from);
  const to = secondOf(blackout.to);
  const length = to > from ? to - from : to - from + daySeconds;
  const days = new Set(blackout.days.map((day) => weekdayNames.indexOf(day)));
  return (firstDay, lastDay) => {
    const found: Window[] = [];
    for (let day = firstDay; day <= lastDay; day += 1) {
      const begin = day * daySeconds + from;
      if (days.has(weekdayOf(day))) found.push(window(begin, begin + length));
    }
    return found;
  };
}

/** A blackout in words, for one without a name. */
export function wording(blackout: Blackout): string {
  if (blackout.type === 'dates') {
    return blackout.from === blackout.to ? blackout.from : `${blackout.from} to ${blackout.to}`;
  }
  const days = blackout.days.length === weekdayNames.length ? 'every day' : blackout.days.join(', ');
  return `${days} ${blackout.from} to ${blackout.to}`;
}

function dayOf(text: string): number {
  const [year = 1970, month = 1, day = 1] = text.split('-').map(Number);
  return dayNumber(year, month, day);
}

function secondOf(text: string): number {
  const [hour = 0, minute = 0, second = 0] = text.split(':').map(Number);
  return hour * 3600 + minute * 60 + second;
}
