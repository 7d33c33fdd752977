import { type Selectable, sql } from 'kysely';
import { type SeriesGap, toInstant, type WireError } from '../../shared/index.ts';
import type { SeriesLedger, StoredOccurrence, StoredSeries } from '../planner/ports.ts';
import type { Database } from './database.ts';
import { assertEpoch } from './meta.ts';
import type { Tables } from './schema.ts';
import { writeTogether } from './write-together.ts';

type SeriesRow = Selectable<Tables['series']>;
type OccurrenceRow = Selectable<Tables['series_occurrences']>;

/** Series and what became of their posts, as the engine with this owner epoch keeps them. */
export function createSeriesLedger(db: Database, epoch: number): SeriesLedger {
  const together = writeTogether(db);
  const write = (change: (trx: Database) => Promise<unknown>) =>
    together(async (trx) => {
      await assertEpoch(trx, epoch);
      await change(trx);
    });
  return {
    async list() {
      return (await db.selectFrom('series').selectAll().orderBy('seq').execute()).map(toSeries);
    },
    async get(id) {
      const row = await db.selectFrom('series').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toSeries(row);
    },
    add: (series) => write((trx) => trx.insertInto('series').values(columnsOf(series)).execute()),
    change: (id, { definition, problem, ...plain }) =>
      write((trx) =>
        trx
          .updateTable('series')
          .set({
            ...plain,
            ...(definition === undefined ? {} : { definition: JSON.stringify(definition) }),
            ...(problem === undefined ? {} : { problem: problem && JSON.stringify(problem) }),
          })
          .where('id', '=', id)
          .execute(),
      ),
    advance: (id, { expected, cursor, handled, gap }, at) =>
      together(async (trx) => {
        await assertEpoch(trx, epoch);
        const { numUpdatedRows } = await trx
          .updateTable('series')
          .set((of) => ({ cursor, handled: of('handled', '+', handled) }))
          .where('id', '=', id)
          .where('cursor', '=', expected)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
        if (gap)
          await trx
            .insertInto('series_gaps')
            .values({ series_id: id, at, ...gap })
            .execute();
        return true;
      }),
    remove: (id) => write((trx) => trx.deleteFrom('series').where('id', '=', id).execute()),
    async occurrences(id, from) {
      const rows = await db
        .selectFrom('series_occurrences')
        .selectAll()
        .where('series_id', '=', id)
        .where('at', '>=', from)
        .orderBy('at')
        .execute();
      return rows.map(toOccurrence);
    },
    async pastOccurrences(id, before, limit) {
      const rows = await db
        .selectFrom('series_occurrences')
        .selectAll()
        .where('series_id', '=', id)
        .where('at', '<', before)
        .orderBy('at', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toOccurrence).reverse();
    },
    put: (id, { at, state, postId, revision, fingerprint }) =>
      write((trx) => {
        const columns = { state, post_id: postId, revision, fingerprint };
        return trx
          .insertInto('series_occurrences')
          .values({ series_id: id, at, ...columns })
          .onConflict((conflict) => conflict.columns(['series_id', 'at']).doUpdateSet(columns))
          .execute();
      }),
    forget: (id, at) =>
      write((trx) =>
        trx.deleteFrom('series_occurrences').where('series_id', '=', id).where('at', '=', at).execute(),
      ),
    async gaps(id, limit) {
      const rows = await db
        .selectFrom(
          sql<Tables['series_gaps']>`(SELECT * FROM series_gaps INDEXED BY series_gaps_series)`.as('gaps'),
        )
        .selectAll()
        .where('series_id', '=', id)
        .orderBy('seq', 'desc')
        .limit(limit)
        .execute();
      return rows.map(
        ({ at, count, first, last, reason }): SeriesGap => ({
          at: toInstant(at),
          count,
          first: toInstant(first),
          last: toInstant(last),
          reason,
        }),
      );
    },
  };
}

// The columns below are written by Belfry alone, through types; the casts name what they hold.

function toSeries({ seq: _, ...row }: SeriesRow): StoredSeries {
  return {
    ...row,
    status: row.status as StoredSeries['status'],
    definition: JSON.parse(row.definition) as StoredSeries['definition'],
    problem: row.problem === null ? null : (JSON.parse(row.problem) as WireError),
  };
}

function columnsOf(series: StoredSeries): Omit<SeriesRow, 'seq'> {
  return {
    ...series,
    definition: JSON.stringify(series.definition),
    problem: series.problem && JSON.stringify(series.problem),
  };
}

function toOccurrence({ at, state, post_id, revision, fingerprint }: OccurrenceRow): StoredOccurrence {
  return { at, state: state as StoredOccurrence['state'], postId: post_id, revision, fingerprint };
}
