import type { Random } from '../../shared/index.ts';

/** A day of the calendar, independent of how Belfry counts days. */
export type Day = { year: number; month: number; day: number; weekday: number; length: number };

/** A random expression together with its meaning, made side by side so that neither is read from the other. */
export type Sample = {
  expression: string;
  isDay(day: Day): boolean;
  isMinute(hour: number, minute: number): boolean;
  seconds: number[];
  /** The hour field is a wildcard or a step. */
  cadence: boolean;
  /** The minute or second field is a wildcard or a step. */
  wildBelow: boolean;
};

type Part = { text: string; has(value: number): boolean };

/** Makes random expressions out of everything that Belfry reads: lists, ranges, steps, names, L, L-n, W, LW, #. */
export function cronGenerator(random: Random) {
  const integer = (low: number, high: number) => low + Math.floor(random.next() * (high - low + 1));
  const pick = <T>(items: readonly T[]): T => items[integer(0, items.length - 1)] as T;

  const single = (low: number, high: number): Part => {
    const value = integer(low, high);
    return { text: String(value), has: (v) => v === value };
  };
  const range = (low: number, high: number): Part => {
    const from = integer(low, high - 1);
    const to = integer(from + 1, high);
    if (to - from > 2 && random.next() < 0.3) {
      const step = integer(2, to - from);
      return { text: `${from}-${to}/${step}`, has: (v) => v >= from && v <= to && (v - from) % step === 0 };
    }
    return { text: `${from}-${to}`, has: (v) => v >= from && v <= to };
  };
  const every = (low: number, high: number): Part => {
    if (random.next() < 0.5) return { text: '*', has: () => true };
    const step = integer(2, Math.min(high - low, 20));
    return { text: `*/${step}`, has: (v) => (v - low) % step === 0 };
  };
  const list = (low: number, high: number): Part => {
    const parts = Array.from({ length: integer(2, 4) }, () =>
      random.next() < 0.8 ? single(low, high) : range(low, high),
    );
    return { text: parts.map(({ text }) => text).join(','), has: (v) => parts.some((part) => part.has(v)) };
  };
  const field = (low: number, high: number): Part => pick([single, single, range, every, list])(low, high);

  const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
  const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

  function dayOfMonth(): { text: string; has(day: Day): boolean } {
    const workday = ({ year, month, length }: Day, target: number): number => {
      if (target > length) return -1;
      const weekday = new Date(Date.UTC(year, month - 1, target)).getUTCDay();
      if (weekday === 6) return target === 1 ? 3 : target - 1;
      if (weekday === 0) return target === length ? target - 2 : target + 1;
      return target;
    };
    const kind = random.next();
    if (kind < 0.45) return { text: '*', has: () => true };
    if (kind < 0.7) {
      const part = field(1, 28);
      return { text: part.text, has: ({ day }) => part.has(day) };
    }
    if (kind < 0.78) return { text: 'L', has: ({ day, length }) => day === length };
    if (kind < 0.85) {
      const before = integer(1, 20);
      return { text: `L-${before}`, has: ({ day, length }) => day === length - before };
    }
    if (kind < 0.92) return { text: 'LW', has: (day) => day.day === workday(day, day.length) };
    const target = integer(1, 31);
    const extra = integer(1, 28);
    return {
      text: `${extra},${target}W`,
      has: (day) => day.day === extra || day.day === workday(day, target),
    };
  }

  function dayOfWeek(): { text: string; has(day: Day): boolean } {
    const kind = random.next();
    if (kind < 0.5) return { text: pick(['*', '?']), has: () => true };
    if (kind < 0.7) {
      const part = pick([single, range, list])(0, 6);
      return { text: part.text, has: ({ weekday }) => part.has(weekday) };
    }
    if (kind < 0.8) {
      const [from, to] = [integer(0, 6), integer(0, 6)];
      const inside = (weekday: number) =>
        from <= to ? weekday >= from && weekday <= to : weekday >= from || weekday <= to;
      return { text: `${dayNames[from]}-${dayNames[to]}`, has: ({ weekday }) => inside(weekday) };
    }
    const weekday = integer(0, 6);
    if (kind < 0.9) {
      const nth = integer(1, 5);
      const isNth = (day: Day) => day.weekday === weekday && Math.ceil(day.day / 7) === nth;
      return { text: `${random.next() < 0.5 ? weekday : dayNames[weekday]}#${nth}`, has: isNth };
    }
    return {
      text: `${weekday === 0 && random.next() < 0.5 ? 7 : weekday}L`,
      has: (day) => day.weekday === weekday && day.day + 7 > day.length,
    };
  }

  function months(): Part {
    if (random.next() < 0.7) return { text: '*', has: () => true };
    if (random.next() < 0.5) return field(1, 12);
    const month = integer(1, 12);
    return { text: monthNames[month - 1] ?? '', has: (v) => v === month };
  }

  return (): Sample => {
    const withSeconds = random.next() < 0.15;
    const second = withSeconds ? pick([single, list])(0, 59) : { text: '0', has: (v: number) => v === 0 };
    const minute = field(0, 59);
    const hour = field(0, 23);
    const [dom, month, dow] = [dayOfMonth(), months(), dayOfWeek()];
    const hours = Array.from({ length: 24 }, (_, v) => v).filter((v) => hour.has(v));
    const fields = [minute, hour, dom, month, dow].map(({ text }) => text);
    return {
      expression: (withSeconds ? [second.text, ...fields] : fields).join(' '),
      isDay: (day) => dom.has(day) && month.has(day.month) && dow.has(day),
      isMinute: (h, m) => hour.has(h) && minute.has(m),
      seconds: Array.from({ length: 60 }, (_, v) => v).filter((v) => second.has(v)),
      cadence: /[*/]/.test(hour.text) || hours.length === 24,
      wildBelow: /[*/]/.test(minute.text) || /[*/]/.test(second.text),
    };
  };
}
