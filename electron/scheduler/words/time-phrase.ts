import { clockText } from '../time/zone.ts';
import type { CronSpec } from '../triggers/cron-spec.ts';
import { listText, plural } from './plural.ts';

/** Up to this many times are listed one by one. */
const listed = 6;

/** The times of day of a cron trigger: `text` for "at 09:00", `daily` when it needs "every day" to be complete. */
export function timePhrase(spec: CronSpec): { text: string; daily: boolean } {
  const { hours, minutes, seconds, steps } = spec;
  const count = hours.length * minutes.length * seconds.length;
  if (count <= listed && steps.hour === null) return { text: `at ${listText(times(spec))}`, daily: true };
  if (
    minutes.length * seconds.length === 1 &&
    steps.hour !== null &&
    steps.hour > 1 &&
    24 % steps.hour === 0
  ) {
    return { text: `every ${steps.hour} hours, at ${times(spec).slice(0, 3).join(', ')} …`, daily: false };
  }
  const second =
    seconds.length === 1 && seconds[0] === 0 ? '' : partPhrase('second', seconds, 60, steps.second);
  const minute =
    second !== '' && minutes.length === 60 ? '' : partPhrase('minute', minutes, 60, steps.minute);
  const parts = [second, minute, hourPhrase(spec)].filter((part) => part !== '');
  return { text: parts.join(' '), daily: false };
}

function times({ hours, minutes, seconds }: CronSpec): string[] {
  return hours.flatMap((hour) =>
    minutes.flatMap((minute) => seconds.map((second) => clockText(hour * 3600 + minute * 60 + second))),
  );
}

function partPhrase(noun: string, values: readonly number[], size: number, step: number | null): string {
  if (values.length === size) return `every ${noun}`;
  if (step !== null && step > 1 && size % step === 0) return `every ${step} ${noun}s`;
  if (values.length === 1) return `at ${noun} ${values[0]}`;
  return `at ${noun}s ${rangesText(values, String)}`;
}

function hourPhrase({ hours, minutes, steps }: CronSpec): string {
  if (hours.length === 24) return minutes.length === 60 || (steps.minute ?? 0) > 1 ? '' : 'of every hour';
  if (steps.hour !== null && steps.hour > 1 && 24 % steps.hour === 0)
    return `of every ${plural(steps.hour, 'hour')}`;
  return `of the ${hours.length === 1 ? 'hour' : 'hours'} ${rangesText(hours, (hour) => String(hour).padStart(2, '0'))}`;
}

/** Sorted numbers with neighbours drawn together: "1, 3 to 5 and 9". */
export function rangesText(values: readonly number[], name: (value: number) => string): string {
  const runs: number[][] = [];
  for (const value of values) {
    const run = runs.at(-1);
    if (run && run.at(-1) === value - 1) run.push(value);
    else runs.push([value]);
  }
  const parts = runs.flatMap((run) => {
    const [first = 0, last = first] = [run[0], run.at(-1)];
    return run.length > 2 ? [`${name(first)} to ${name(last)}`] : run.map(name);
  });
  return listText(parts);
}
