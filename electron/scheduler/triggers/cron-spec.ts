/** A day of the month in a cron field. */
export type MonthDay =
  | { kind: 'day'; day: number }
  /** `L` and `L-n`: n days before the last. */
  | { kind: 'last'; before: number }
  /** `15W`, and `LW` with day null: the working day nearest to it within the month. */
  | { kind: 'nearest'; day: number | null }
  /** `2nd tue`, in the form with fields. */
  | { kind: 'nth'; nth: number; weekday: number }
  /** `last fri`, in the form with fields. */
  | { kind: 'lastWeekday'; weekday: number };

/** A weekday in a cron field, 0 is Sunday: every one, or the nth (1…5) or last of the month. */
export type WeekDay =
  | { kind: 'every'; weekday: number }
  | { kind: 'nth'; nth: number; weekday: number }
  | { kind: 'last'; weekday: number };

/** What a cron trigger means, whichever way it was written. Lists are sorted; null = no limit. A day has to satisfy all. */
export type CronSpec = {
  years: readonly number[] | null;
  months: readonly number[];
  days: readonly MonthDay[] | null;
  weeks: readonly number[] | null;
  weekdays: readonly WeekDay[] | null;
  hours: readonly number[];
  minutes: readonly number[];
  seconds: readonly number[];
  /** The hour is a wildcard or a step: the trigger keeps its cadence when clocks change. */
  cadence: boolean;
  /** Steps as written, for the wording: `*∕5` minutes. */
  steps: { hour: number | null; minute: number | null; second: number | null };
};

/** What a cron trigger means, or what is wrong with it: each problem with the path inside the trigger. */
export type CronReading =
  | { spec: CronSpec; problems: [] }
  | { spec: null; problems: { path: string; message: string }[] };

/** The numbers from `first` to `last`, every `step`-th. */
export function range(first: number, last: number, step = 1): number[] {
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step);
}

/** Sorted, each once. */
export function sorted(values: Iterable<number>): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
