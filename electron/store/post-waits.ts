import { type RawBuilder, sql } from 'kysely';
import { accountHolds, type Hold, type Millis, type TargetStatus } from '../../shared/index.ts';
import type { PostLedger } from '../publisher/ports.ts';
import { counted, open, workOf } from './attempts.ts';
import { compiledOnce, type Database, readAtOnce } from './database.ts';
import type { TargetRow } from './post-rows.ts';
import type { Tables } from './schema.ts';

type Queries = Pick<PostLedger, 'free' | 'accountHold' | 'nextRelease' | 'due'>;
type Moment = { account: string; at: Millis; sane: Millis };

const held = sql<boolean>`hold IS NOT NULL AND ${open}`;
const holdsAll = sql<boolean>`hold IN (${sql.join(accountHolds.map((hold) => sql.lit(hold)))})`;

/** Targets read by this partial index and no other, its condition spelt out: without statistics SQLite would guess. */
const targetsBy = (index: string, where: RawBuilder<boolean>) =>
  sql<Tables['targets']>`(SELECT * FROM targets INDEXED BY ${sql.ref(index)} WHERE ${where})`.as('targets');
const waiting = targetsBy('targets_next', open);
const putOff = targetsBy('targets_held', held);

/** The first one in the order of the index targets_next that may be worked on. */
const findFree = compiledOnce<Moment & { lateSince: Millis }, TargetRow>((db, place) =>
  db
    .selectFrom(waiting)
    .selectAll()
    .where('account_id', '=', place('account'))
    .where('due_at', '<=', place('at'))
    .where(({ or, and, eb }) =>
      or([
        eb('not_before', 'is', null),
        eb('not_before', '<=', place('at')),
        eb('not_before', '>', place('sane')),
        and([eb('status', '=', 'queued'), eb('due_at', '<', place('lateSince'))]),
      ]),
    )
    .orderBy('due_at')
    .orderBy('post_seq')
    .limit(1),
);

/** One whose outcome is not known, whatever its place in the order: nothing else is sent before that is. */
const findInDoubt = compiledOnce<Moment, TargetRow>((db, place) =>
  db
    .selectFrom(targetsBy('targets_counted', counted))
    .selectAll()
    .where('status', '=', 'sending')
    .where('account_id', '=', place('account'))
    .where(({ or, eb }) =>
      or([
        eb('not_before', 'is', null),
        eb('not_before', '<=', place('at')),
        eb('not_before', '>', place('sane')),
      ]),
    )
    .orderBy('due_at')
    .limit(1),
);

/** What holds the whole account, longest first. */
const findHold = compiledOnce<Moment, { post: string; hold: string | null; until: Millis | null }>(
  (db, place) =>
    db
      .selectFrom(putOff)
      .select(['post_id as post', 'hold', 'not_before as until'])
      .where('account_id', '=', place('account'))
      .where('not_before', '>', place('at'))
      .where('not_before', '<=', place('sane'))
      .where(holdsAll)
      .where('due_at', '<=', place('at'))
      .orderBy('not_before', 'desc')
      .limit(1),
);

/** What of an account may be worked on, and what puts the rest off. */
export function waitQueries(db: Database): Queries {
  return {
    free: (account, { at, sane }, lateSince) =>
      readAtOnce(db, (connection) => {
        const [inDoubt] = findInDoubt.rowsNow(connection, { account, at, sane });
        const row = inDoubt ?? findFree.rowsNow(connection, { account, at, sane, lateSince })[0];
        return row && workOf(connection, row);
      }),

    async accountHold(account, { at, sane }) {
      const [row] = (await findHold(db, { account, at, sane })).rows;
      if (!row || row.until === null) return undefined;
      return { post: row.post, hold: row.hold as Hold, until: row.until };
    },

    async nextRelease(account, { at, sane }, after) {
      const row = await db
        .selectFrom(putOff)
        .select((of) => of.fn.min<Millis | null>('not_before').as('at'))
        .where('account_id', '=', account)
        .where('not_before', '>', after)
        .where('not_before', '<=', sane)
        .where('due_at', '<=', at)
        .executeTakeFirst();
      return row?.at ?? null;
    },

    async due(account, { at, sane }) {
      const rows = await db
        .selectFrom(waiting)
        .select((of) => [
          'status',
          of
            .case()
            .when(of.and([of('not_before', '>', at), of('not_before', '<=', sane)]))
            .then(of.ref('hold'))
            .else(null)
            .end()
            .as('hold'),
          of.fn.countAll<number>().as('posts'),
          of.fn.min<Millis>('due_at').as('since'),
          of.fn.min<Millis | null>('not_before').as('until'),
        ])
        .where('account_id', '=', account)
        .where('due_at', '<=', at)
        .groupBy(['status', sql`2`])
        .execute();
      return rows.map(({ status, hold, ...rest }) => ({
        ...rest,
        status: status as TargetStatus,
        hold: hold as Hold | null,
      }));
    },
  };
}
