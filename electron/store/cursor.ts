import { BelfryError } from '../../shared/index.ts';

/** BAD_INPUT for a cursor that no page gave. */
export function badCursor(cursor: string): BelfryError {
  return new BelfryError({
    code: 'BAD_INPUT',
    what: `"${cursor.slice(0, 100)}" is no cursor`,
    where: 'in the query',
    why: 'A cursor is what the page before gave, for the same query',
    remedy: 'Begin without a cursor',
    field: 'cursor',
  });
}
