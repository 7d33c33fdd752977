import type { OutputLine } from '../../../shared/index.ts';

/** Lines kept in the window; older ones stay in the store and come back on demand. */
export const mostLines = 20_000;

/** A stretch of a run's output, ordered by `seq`. `gap`: lines are missing before the last ones that came. */
export type Output = { readonly lines: readonly OutputLine[]; readonly gap: boolean };

/** Adds lines that were announced or fetched; known ones are left out, the oldest dropped beyond `most`. */
export function addLines(
  known: readonly OutputLine[],
  fresh: readonly OutputLine[],
  most: number = mostLines,
): Output {
  const last = known.at(-1)?.seq ?? 0;
  const later = fresh.filter((line) => line.seq > last);
  const [first] = later;
  if (!first) return { lines: known, gap: false };
  // Nothing is added over a hole: the caller fetches from `last` on and adds again.
  if (first.seq > last + 1) return { lines: known, gap: true };
  const lines = [...known, ...later];
  return { lines: lines.length > most ? lines.slice(-most) : lines, gap: false };
}

/** Adds lines as fetched: what the store has no lines between was cut there, so holes are right. */
export function addFetched(
  known: readonly OutputLine[],
  fetched: readonly OutputLine[],
  most: number = mostLines,
): readonly OutputLine[] {
  const last = known.at(-1)?.seq ?? 0;
  const lines = [...known, ...fetched.filter((line) => line.seq > last)];
  return lines.length > most ? lines.slice(-most) : lines;
}

/** Puts earlier lines before the known ones. */
export function addEarlier(
  known: readonly OutputLine[],
  earlier: readonly OutputLine[],
): readonly OutputLine[] {
  const first = known[0]?.seq ?? Number.POSITIVE_INFINITY;
  return [...earlier.filter((line) => line.seq < first), ...known];
}
