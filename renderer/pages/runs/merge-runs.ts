import type { RunView } from '../../../shared/index.ts';

/**
 * Brings a fresh first page and the runs known so far together, newest first.
 * What the head covers is taken from it alone, so that runs which were forgotten vanish;
 * when too much happened for the two to touch, the older ones are dropped and paged again.
 */
export function mergeHead(
  known: readonly RunView[],
  head: readonly RunView[],
  limit: number,
): readonly RunView[] {
  const oldest = head.at(-1);
  if (!oldest || head.length < limit) return head;
  const at = known.findIndex((run) => run.id === oldest.id);
  return at === -1 ? head : [...head, ...known.slice(at + 1)];
}

/** Adds an older page behind what is known. */
export function addOlder(known: readonly RunView[], older: readonly RunView[]): readonly RunView[] {
  const ids = new Set(known.map((run) => run.id));
  return [...known, ...older.filter((run) => !ids.has(run.id))];
}
