import { listText, plural } from './plural.ts';

const parts: readonly [string, number][] = [
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

/** A length of time in words: "1 hour and 30 minutes"; `seconds` may have a fraction. */
export function lengthText(seconds: number): string {
  const words: string[] = [];
  let rest = seconds;
  for (const [noun, size] of parts) {
    const count = size === 1 ? Math.round(rest * 1000) / 1000 : Math.floor(rest / size);
    if (count > 0) words.push(plural(count, noun));
    rest -= count * size;
  }
  return words.length === 0 ? '0 seconds' : listText(words);
}
