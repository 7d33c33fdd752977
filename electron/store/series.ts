import { type Selectable, sql } from 'kysely';
import {
  type Millis,
  type SeriesGap,
  type SeriesInput,
  toInstant,
  type WireError,
} from '../../shared/index.ts';
import { assertEpoch, type Database, writeTogether } from './database.ts';
import type { Tables } from './schema.ts';

/** A series as stored. */
export type StoredSeries = {
  id: string;
  status: SeriesRow['status'];
  definition: SeriesInput & { timezone: string };
  /** Rises with each new definition; posts that were made by an older one are made anew. */
  revision: number;
  /** When it was made: the day from which a rule without `from` counts. */
  anchor: Millis;
  /** Every post of the rule up to this instant was handled. */
  cursor: Millis;
  /** How many those are. */
  handled: number;
  /** Why its next post could not be made. */
  problem: WireError | null;
};

/** What is known of one post of a series; a post of the rule without such a line is still to be made. */
export type StoredOccurrence = {
  /** When the rule wants it. */
  at: Millis;
  state: Tables['series_occurrences']['state'];
  /** The post that was made; null when none was, or it was withdrawn. */
  postId: string | null;
  /** The series' revision that made it. */
  revision: number;
  /** What the post was when it was made; another one means that the user edited it. */
  fingerprint: string | null;
};

/** How a series moves on: `cursor` from the expected one, with what was not made on the way. */
export type Advance = {
  expected: Millis;
  cursor: Millis;
  handled: number;
  gap: (Omit<SeriesGap, 'at' | 'first' | 'last'> & { first: Millis; last: Millis }) | null;
};

/** Where series are kept; implemented by the store. Every change is durable when its promise resolves. */
export type SeriesLedger = {
  /** Oldest first. */
  list(): Promise<StoredSeries[]>;
  get(id: string): Promise<StoredSeries | undefined>;
  add(series: StoredSeries): Promise<void>;
  /** Changes some of a series; nothing when it is gone. */
  change(
    id: string,
    change: Partial<Omit<StoredSeries, 'id' | 'anchor' | 'cursor' | 'handled'>>,
  ): Promise<void>;
  /** Moves the cursor on and stores the gap, together; false when the cursor was not the expected one. */
  advance(id: string, advance: Advance, at: Millis): Promise<boolean>;
  remove(id: string): Promise<void>;
  /** What is known of the posts of a series from `from` on, by time. */
  occurrences(id: string, from: Millis): Promise<StoredOccurrence[]>;
  /** The newest ones before `before`, by time. */
  pastOccurrences(id: string, before: Millis, limit: number): Promise<StoredOccurrence[]>;
  put(id: string, occurrence: StoredOccurrence): Promise<void>;
  forget(id: string, at: Millis): Promise<void>;
  /** Newest first. */
  gaps(id: string, limit: number): Promise<SeriesGap[]>;
};

type SeriesRow = Selectable<Tables['series']>;

/** The columns of an occurrence by the names that it has in `StoredOccurrence`. */
const occurrenceColumns = ['at', 'state', 'post_id as postId', 'revision', 'fingerprint'] as const;

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
    occurrences: (id, from) =>
      db
        .selectFrom('series_occurrences')
        .select(occurrenceColumns)
        .where('series_id', '=', id)
        .where('at', '>=', from)
        .orderBy('at')
        .execute(),
    async pastOccurrences(id, before, limit) {
      const rows = await db
        .selectFrom('series_occurrences')
        .select(occurrenceColumns)
        .where('series_id', '=', id)
        .where('at', '<', before)
        .orderBy('at', 'desc')
        .limit(limit)
        .execute();
      return rows.reverse();
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

// The JSON columns are written by Belfry alone, through types; the casts name what they hold.

function toSeries({ seq: _, ...row }: SeriesRow): StoredSeries {
  return {
    ...row,
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
