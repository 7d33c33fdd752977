import type { Sample } from './cron-generator.ts';

/** Every minute of a stretch of time with what a zone's clock shows, read off `Intl`. */
export type WallMinutes = {
  /** Minutes since 1970 UTC of the first entry. */
  first: number;
  /** The wall clock in minutes since 1970, as if it were UTC. */
  walls: Int32Array;
};

const hourMillis = 3_600_000;

/** Walks through whole years of a zone. Between two full hours that are an hour apart on the wall too, no minute is asked. */
export function walkZone(timezone: string, fromYear: number, toYear: number): WallMinutes {
  const read = reader(timezone);
  const start = Date.UTC(fromYear, 0, 1) - 3 * 24 * hourMillis;
  const end = Date.UTC(toYear + 1, 0, 1);
  const walls = new Int32Array((end - start) / 60_000);
  let wall = read(start);
  for (let at = start; at < end; at += hourMillis) {
    const next = read(at + hourMillis);
    const index = (at - start) / 60_000;
    for (let minute = 0; minute < 60; minute += 1)
      walls[index + minute] = next === wall + 60 ? wall + minute : read(at + minute * 60_000);
    wall = next;
  }
  return { first: start / 60_000, walls };
}

function reader(timezone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (at) => {
    const [month = 0, day = 0, year = 0, hour = 0, minute = 0] = (format.format(at).match(/\d+/g) ?? []).map(
      Number,
    );
    return Date.UTC(year, month - 1, day, hour, minute) / 60_000;
  };
}

/**
 * The instants of a sample in [from, to) by looking at every minute (design §3.2). Cadence: whenever the clock shows a
 * matching time. Otherwise: a matching time runs as soon as the clock shows it or has passed it, and never again.
 */
export function bruteForce(sample: Sample, zone: WallMinutes, from: number, to: number): number[] {
  const days = new Map<number, boolean>();
  const isDay = (dayNumber: number): boolean => {
    const known = days.get(dayNumber);
    if (known !== undefined) return known;
    const date = new Date(dayNumber * 24 * hourMillis);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1];
    const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
    const made = sample.isDay({ year, month, day: date.getUTCDate(), weekday: date.getUTCDay(), length });
    days.set(dayNumber, made);
    return made;
  };
  const minutes = Uint8Array.from({ length: 1440 }, (_, i) =>
    sample.isMinute(Math.floor(i / 60), i % 60) ? 1 : 0,
  );
  const matches = (wall: number) => {
    const day = Math.floor(wall / 1440);
    return minutes[wall - day * 1440] === 1 && isDay(day);
  };

  const found: number[] = [];
  const begin = Math.max(0, from / 60_000 - zone.first - 3 * 1440);
  const end = to / 60_000 - zone.first;
  let reached = (zone.walls[begin] ?? 0) - 1;
  for (let index = begin; index < end; index += 1) {
    const wall = zone.walls[index] ?? 0;
    const at = (zone.first + index) * 60_000;
    if (!sample.cadence && wall <= reached) continue;
    let made = false;
    for (let jumped = reached + 1; !sample.cadence && jumped < wall; jumped += 1) made ||= matches(jumped);
    if (made) found.push(at);
    if (matches(wall))
      for (const second of sample.seconds) if (!made || second > 0) found.push(at + second * 1000);
    reached = Math.max(reached, wall);
  }
  return found.filter((at) => at >= from && at < to);
}
