import { BelfryError } from '../../../shared/index.ts';

type Ask = { cursor?: string | undefined; limit: number };
type Page<T> = { items: T[]; cursor: string | null; total: { count: number; more: false } };

/** Pages of a sorted list whose cursors hold while entries move and go, as those of the store do. */
export function cursorPages<T extends { id: string }>(
  compare: (a: T, b: T) => number,
): (sorted: readonly T[], ask: Ask) => Page<T> {
  const marks = new Map<string, T>();
  return (sorted, { cursor, limit }) => {
    const mark = cursor === undefined ? undefined : marks.get(cursor);
    if (cursor !== undefined && !mark) throw unknown(cursor);
    const rest = mark ? sorted.filter((item) => compare(item, mark) > 0) : sorted;
    const items = rest.slice(0, limit);
    const last = items.at(-1);
    if (last) marks.set(last.id, last);
    return {
      items,
      cursor: last && rest.length > limit ? last.id : null,
      total: { count: sorted.length, more: false },
    };
  };
}

function unknown(cursor: string): BelfryError {
  return new BelfryError({
    code: 'BAD_INPUT',
    what: `"${cursor}" is no cursor`,
    where: 'in the query',
    why: 'A cursor is what the page before gave, for the same query',
    remedy: 'Begin without a cursor',
    field: 'cursor',
  });
}
