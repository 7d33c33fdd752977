import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assertEpoch, openDatabase, raiseEpoch, readMeta, writeMeta } from '../../electron/store/index.ts';
import { temporaryHome } from '../support/home.ts';

test('each start raises the epoch by one', async () => {
  const { db, close } = openDatabase(join(temporaryHome(), 'belfry.db'));
  expect([await raiseEpoch(db), await raiseEpoch(db)]).toEqual([1, 2]);
  await close();
});

test('an engine whose home was taken over cannot claim any more, and what it began is undone', async () => {
  const path = join(temporaryHome(), 'belfry.db');
  const one = openDatabase(path);
  const epoch = await raiseEpoch(one.db);
  const two = openDatabase(path);
  await raiseEpoch(two.db);
  const claim = one.db.transaction().execute(async (trx) => {
    await assertEpoch(trx, epoch);
    await writeMeta(trx, 'claimed', 'yes');
  });
  await expect(claim).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(await readMeta(one.db, 'claimed')).toBeUndefined();
  await one.close();
  await two.close();
});

test('a take-over between the check and the write makes the claim fail', async () => {
  const path = join(temporaryHome(), 'belfry.db');
  const one = openDatabase(path);
  const epoch = await raiseEpoch(one.db);
  const two = openDatabase(path);
  const claim = one.db.transaction().execute(async (trx) => {
    await assertEpoch(trx, epoch);
    await raiseEpoch(two.db);
    await writeMeta(trx, 'claimed', 'yes');
  });
  await expect(claim).rejects.toThrow(/locked/);
  expect(await readMeta(one.db, 'claimed')).toBeUndefined();
  await one.close();
  await two.close();
});

test('a note can be written, replaced and removed', async () => {
  const { db, close } = openDatabase(join(temporaryHome(), 'belfry.db'));
  await writeMeta(db, 'a', '1');
  await writeMeta(db, 'a', '2');
  expect(await readMeta(db, 'a')).toBe('2');
  await writeMeta(db, 'a', null);
  expect(await readMeta(db, 'a')).toBeUndefined();
  await close();
});
