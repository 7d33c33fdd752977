import type { RunView } from '../../../shared/index.ts';

/** The runs known so far, newest first, and where older ones begin; null when there are none. */
export type Known = { readonly runs: readonly RunView[]; readonly cursor: string | null };

export const nothing: Known = { runs: [], cursor: null };

/**
 * Brings a fresh first page and the runs known so far together.
 * What the head covers is taken from it alone, so that runs which were forgotten vanish;
 * when too much happened for the two to touch, the older ones are dropped and paged again.
 */
export function mergeHead(known: Known, head: Known): Known {
  const oldest = head.runs.at(-1);
  if (!oldest || head.cursor === null) return head;
  const at = known.runs.findIndex((run) => run.id === oldest.id);
  const older = at === -1 ? [] : known.runs.slice(at + 1);
  return older.length === 0 ? head : { runs: [...head.runs, ...older], cursor: known.cursor };
}

/** Adds an older page behind what is known. */
export function addOlder(known: Known, older: Known): Known {
  const ids = new Set(known.runs.map((run) => run.id));
  return { runs: [...known.runs, ...older.runs.filter((run) => !ids.has(run.id))], cursor: older.cursor };
}
