import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from '../../electron/store/database.ts';
import { lastRunRows, newestRuns } from '../../electron/store/run-queries.ts';
import { temporaryHome } from '../support/home.ts';

test('what was stored is there after closing and opening again', async () => {
  const path = join(temporaryHome(), 'belfry.db');
  const one = openDatabase(path);
  await one.db.insertInto('meta').values({ key: 'a', value: '1' }).execute();
  await one.close();
  const two = openDatabase(path);
  expect(await two.db.selectFrom('meta').selectAll().execute()).toEqual([{ key: 'a', value: '1' }]);
  await two.close();
});

test('two transactions at once do not mix', async () => {
  const { db, close } = openDatabase(join(temporaryHome(), 'belfry.db'));
  const failing = db.transaction().execute(async (trx) => {
    await trx.insertInto('meta').values({ key: 'lost', value: '1' }).execute();
    throw new Error('undo');
  });
  const working = db
    .transaction()
    .execute((trx) => trx.insertInto('meta').values({ key: 'kept', value: '1' }).execute());
  await expect(failing).rejects.toThrow('undo');
  await working;
  expect(await db.selectFrom('meta').select('key').execute()).toEqual([{ key: 'kept' }]);
  await close();
});

test('a database of a newer Belfry is refused and left alone', async () => {
  const path = join(temporaryHome(), 'belfry.db');
  const one = openDatabase(path);
  one.raw.exec('PRAGMA user_version = 999');
  await one.close();
  expect(() => openDatabase(path)).toThrow(
    /^DATABASE_UNUSABLE: The database has version 999, .*Start the newer Belfry\.$/,
  );
});

test('runs of an older database that are over are found, also where nobody noted when they ended', async () => {
  const path = join(temporaryHome(), 'belfry.db');
  const old = openDatabase(path);
  old.raw.exec(`DROP INDEX runs_ended; DROP INDEX runs_job; DROP INDEX runs_created;
    ${withoutVersion13}
    ${indexesOfVersion11}
    INSERT INTO runs (id, job_id, job_name, cause, status, attempt, from_step, epoch, created_at)
      VALUES ('one', 'news', 'News', 'manual', 'failed', 1, 0, 1, 5), ('two', 'news', 'News', 'manual', 'queued', 1, 0, 1, 6);
    PRAGMA user_version = 11;`);
  await old.close();
  const { db, close } = openDatabase(path);
  expect((await newestRuns(db, { jobId: 'news' }, { limit: 9 })).map(({ id }) => id)).toEqual(['two', 'one']);
  expect(await lastRunRows(db)).toMatchObject([{ id: 'one', finishedAt: 5 }]);
  await close();
});

/** Takes back what version 13 added. */
const withoutVersion13 = `
  DROP INDEX attempts_compare;
  ALTER TABLE attempts DROP COLUMN compare_at;
  ALTER TABLE attempts DROP COLUMN compare_tries;
  ALTER TABLE targets DROP COLUMN not_compared;`;

/** What version 11 had. */
const indexesOfVersion11 = `
  CREATE INDEX runs_ended ON runs (job_id, seq) WHERE status IN ('failed');
  CREATE INDEX runs_quiet ON runs (job_id, reason) WHERE status = 'success' AND reason IS NOT NULL;
  CREATE INDEX runs_job ON runs (job_id, status, seq) WHERE status NOT IN ('queued', 'running');
  CREATE INDEX runs_created ON runs (created_at) WHERE status NOT IN ('queued', 'running');`;

test('a full disk is said in words; the transaction leaves nothing, and the next one works when there is room', async () => {
  const { db, raw, close } = openDatabase(join(temporaryHome(), 'belfry.db'));
  const pages = Number(raw.prepare('PRAGMA page_count').get()?.['page_count']);
  raw.exec(`PRAGMA max_page_count = ${pages + 2}`);
  const write = () =>
    db.transaction().execute(async (trx) => {
      await trx.insertInto('meta').values({ key: 'small', value: '1' }).execute();
      await trx
        .insertInto('meta')
        .values({ key: 'large', value: 'x'.repeat(100_000) })
        .execute();
    });
  await expect(write()).rejects.toThrow(/^DATABASE_UNUSABLE: .*The disk is full/);
  expect(await db.selectFrom('meta').selectAll().execute()).toEqual([]);
  raw.exec('PRAGMA max_page_count = 1000000');
  await write();
  expect(await db.selectFrom('meta').select('key').execute()).toHaveLength(2);
  await close();
});

test('a broken constraint reaches the caller as it is', async () => {
  const { db, close } = openDatabase(join(temporaryHome(), 'belfry.db'));
  const insert = () => db.insertInto('meta').values({ key: 'a', value: '1' }).execute();
  await insert();
  await expect(insert()).rejects.toMatchObject({ code: 'ERR_SQLITE_ERROR', errcode: 1555 });
  await close();
});
