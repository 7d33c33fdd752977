import { sql } from 'kysely';
import { targetStatuses } from '../../shared/index.ts';
import type { MediaLedger } from '../publisher/ports.ts';
import type { Database } from './database.ts';

/** SQLite takes 32,766 parameters at most. */
const idsPerQuery = 10_000;
const mostNeighbours = 2000;

/** What the publisher asks and keeps about media and the posts around a post. */
export function createMediaLedger(db: Database): MediaLedger {
  return {
    async doneWith(files, before) {
      const found = new Set<string>();
      for (let from = 0; from < files.length; from += idsPerQuery) {
        const rows = await db
          .selectFrom('media')
          .select('file')
          .where('file', 'in', files.slice(from, from + idsPerQuery))
          .where(({ not, exists, selectFrom }) =>
            not(
              exists(
                selectFrom('targets')
                  .select('targets.post_id')
                  .whereRef('targets.post_id', '=', 'media.post_id')
                  .where(({ or, eb }) =>
                    or([eb('status', 'not in', ['published', 'cancelled']), eb('updated_at', '>=', before)]),
                  ),
              ),
            ),
          )
          .execute();
        for (const { file } of rows) found.add(file);
      }
      return found;
    },

    async sameTexts(account, texts, from, to) {
      const shown = sql<string>`TRIM(COALESCE(json_extract(override, '$.text'), text), char(9, 10, 11, 12, 13, 32))`;
      const at = sql<
        number | null
      >`CASE status WHEN 'published' THEN targets.updated_at ELSE COALESCE(due_at, publish_at) END`;
      const rows = await db
        .selectFrom('targets')
        .innerJoin('posts', 'posts.id', 'targets.post_id')
        .select(['post_id', shown.as('shown'), at.as('at')])
        .where('account_id', '=', account)
        .where(
          'status',
          'in',
          targetStatuses.filter((status) => status !== 'cancelled'),
        )
        .where(sql<boolean>`(${at} IS NULL OR ${at} BETWEEN ${from} AND ${to})`)
        .where(sql<boolean>`${shown} IN (SELECT value FROM json_each(${JSON.stringify(texts)}))`)
        .orderBy('post_seq')
        .execute();
      return rows.map((row) => ({ post: row.post_id, text: row.shown, at: row.at }));
    },

    async neighbours(account, from, to) {
      const targets = db
        .selectFrom('targets')
        .innerJoin('posts', 'posts.id', 'targets.post_id')
        .select(['post_id', 'text', 'override', 'due_at', 'targets.updated_at as updated_at'])
        .where('account_id', '=', account)
        .limit(mostNeighbours);
      const coming = await targets
        .where('status', 'in', ['queued', 'sending'])
        .where('due_at', '>=', from)
        .where('due_at', '<=', to)
        .orderBy('due_at', 'desc')
        .execute();
      const gone = await targets
        .where('status', '=', 'published')
        .where('targets.updated_at', '>=', from)
        .where('targets.updated_at', '<=', to)
        .orderBy('targets.updated_at', 'desc')
        .execute();
      return [
        ...coming.map((row) => ({ post: row.post_id, text: textOf(row), at: row.due_at ?? row.updated_at })),
        ...gone.map((row) => ({ post: row.post_id, text: textOf(row), at: row.updated_at })),
      ];
    },

    async keepBucketFile(account, name, at) {
      await db
        .insertInto('bucket_files')
        .values({ account_id: account, name, at })
        .onConflict((conflict) => conflict.columns(['account_id', 'name']).doUpdateSet({ at }))
        .execute();
    },

    async bucketAccounts() {
      const rows = await db.selectFrom('bucket_files').select('account_id').distinct().execute();
      return rows.map((row) => row.account_id);
    },

    async bucketFiles(account, before, limit) {
      const rows = await db
        .selectFrom('bucket_files')
        .select('name')
        .where('account_id', '=', account)
        .where('at', '<=', before)
        .orderBy('at')
        .limit(limit)
        .execute();
      return rows.map(({ name }) => name);
    },

    async forgetBucketFile(account, name) {
      await db
        .deleteFrom('bucket_files')
        .where('account_id', '=', account)
        .where('name', '=', name)
        .execute();
    },
  };
}

/** The words that the account shows: its own, where the post has such for it. */
function textOf({ text, override }: { text: string; override: string }): string {
  const own: unknown = JSON.parse(override);
  return typeof own === 'object' && own !== null && 'text' in own && typeof own.text === 'string'
    ? own.text
    : text;
}
