/** Wall times within a day, every combination of some hours, minutes and seconds; figures are seconds of the day. */
export type TimesOfDay = {
  size: number;
  first: number;
  /** The first time at or after `second`, or -1. */
  ceil(second: number): number;
  /** How many times lie before `second` (0…86400). */
  below(second: number): number;
};

/** Every combination of the given hours, minutes and seconds; each list sorted and not empty. */
export function timesOfDay(
  hours: readonly number[],
  minutes: readonly number[],
  seconds: readonly number[],
): TimesOfDay {
  const [hour, minute, second] = [ring(hours, 24), ring(minutes, 60), ring(seconds, 60)];
  const size = hours.length * minutes.length * seconds.length;
  const perMinute = seconds.length;
  const perHour = minutes.length * perMinute;
  const firstInMinute = second.next(0);
  const firstInHour = minute.next(0) * 60 + firstInMinute;

  return {
    size,
    first: hour.next(0) * 3600 + firstInHour,
    ceil(from) {
      const h = Math.floor(from / 3600);
      if (hour.next(h) === h) {
        const m = Math.floor(from / 60) % 60;
        const s = minute.next(m) === m ? second.next(from % 60) : -1;
        if (s >= 0) return h * 3600 + m * 60 + s;
        const later = minute.next(minute.next(m) === m ? m + 1 : m);
        if (later >= 0) return h * 3600 + later * 60 + firstInMinute;
      }
      const later = hour.next(hour.next(h) === h ? h + 1 : h);
      return later < 0 ? -1 : later * 3600 + firstInHour;
    },
    below(until) {
      const h = Math.floor(until / 3600);
      let count = hour.below(h) * perHour;
      if (hour.next(h) !== h) return count;
      const m = Math.floor(until / 60) % 60;
      count += minute.below(m) * perMinute;
      return minute.next(m) === m ? count + second.below(until % 60) : count;
    },
  };
}

type Ring = { next(value: number): number; below(value: number): number };

/** The same lists come again in job after job (`0`, every minute): their tables are shared. */
const rings = new Map<string, Ring>();
const mostRings = 500;

function ring(members: readonly number[], size: number): Ring {
  const key = `${size}:${members.join()}`;
  const known = rings.get(key);
  if (known) return known;
  const made = makeRing(members, size);
  if (rings.size < mostRings) rings.set(key, made);
  return made;
}

/** Tables that answer in one look: the next member at or after a value (-1: none), and the members below it. */
function makeRing(members: readonly number[], size: number): Ring {
  const next = new Int8Array(size + 1).fill(-1);
  const below = new Int8Array(size + 1);
  for (const member of members) next[member] = member;
  for (let value = size - 1; value >= 0; value -= 1)
    if (next[value] === -1) next[value] = next[value + 1] ?? -1;
  for (let value = 1; value <= size; value += 1)
    below[value] = (below[value - 1] ?? 0) + (next[value - 1] === value - 1 ? 1 : 0);
  return { next: (value) => next[value] ?? -1, below: (value) => below[value] ?? 0 };
}
