import { BelfryError } from './error.ts';

/** NOT_FOUND for an id that is in none of `known`, with the one that was probably meant. */
export function unknownId(
  kind: string,
  id: string,
  at: { known?: readonly string[]; where: string; remedy: string },
): BelfryError {
  const guess = nearest(id, at.known ?? []);
  return new BelfryError({
    code: 'NOT_FOUND',
    what: `Unknown ${kind} "${id.slice(0, 100)}"`,
    where: at.where,
    why: guess === undefined ? `No ${kind} has this id` : `No ${kind} has this id; did you mean "${guess}"?`,
    remedy: at.remedy,
  });
}

/** The candidate closest to `word` (edit distance at most a third of its length, at least 1), or undefined. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3));
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter((entry) => entry.distance <= limit)
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.candidate;
}

/** Levenshtein distance, a transposition counting 1. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((row[j - 1] ?? 0) + 1, (last[j] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      row.push(best);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
