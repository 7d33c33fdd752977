import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { listCopies } from '../../electron/store/copies.ts';
import {
  type HomePaths,
  openDatabase,
  openStore,
  prepareHome,
  readMeta,
  writeMeta,
} from '../../electron/store/index.ts';
import { first } from '../../electron/store/migrations.ts';
import { type HandClock, handClock } from '../support/clock.ts';
import { temporaryHome } from '../support/home.ts';

const start = '2026-11-22T09:00:00.000Z';
/** Copies are made beside the event loop: real time, on a machine that may be busy. */
const patient = { timeout: 30_000, interval: 5 };
const day = 24 * 60 * 60_000;

function setUp() {
  const home = prepareHome(temporaryHome());
  const clock = handClock(start);
  const said: string[] = [];
  const open = async () => {
    const store = await openStore({
      home,
      clock,
      newId: () => 'home-1',
      log: (_level, message) => said.push(message),
    });
    onTestFinished(() => store.close());
    return store;
  };
  return { home, clock, said, open };
}

/** A home whose database says `live`, with a copy that says `copied`. */
async function withCopy() {
  const all = setUp();
  const store = await all.open();
  await writeMeta(store.db, 'state', 'copied');
  await store.copyNow();
  await writeMeta(store.db, 'state', 'live');
  await store.close();
  all.clock.sleep(1000);
  return all;
}

/** Overwrites bytes in the middle of a file. */
function spoil(path: string, from: number, count: number): void {
  const bytes = readFileSync(path);
  bytes.fill(0xa5, from, from + count);
  writeFileSync(path, bytes);
}

const setAside = (home: HomePaths) =>
  readdirSync(home.damaged).flatMap((folder) => readdirSync(join(home.damaged, folder)).map((name) => name));

test('each opening has a higher epoch; nothing is paused and nothing to be warned of', async () => {
  const { open } = setUp();
  const one = await open();
  await one.close();
  await one.close();
  const two = await open();
  expect([one.epoch, two.epoch, two.warnings(), await two.publishingPaused()]).toEqual([1, 2, [], false]);
  await expect(two.confirm('NEEDS_PERSON')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('a database of an older version is written anew once, with all that it holds, and gives space back', async () => {
  const { home, open, said } = setUp();
  const old = new DatabaseSync(home.db);
  old.exec(
    `PRAGMA journal_mode = WAL; ${first}; PRAGMA user_version = 1; INSERT INTO meta VALUES ('state', 'old')`,
  );
  old.close();
  for (let time = 0; time < 2; time += 1) {
    const store = await open();
    expect(await readMeta(store.db, 'state')).toBe('old');
    await store.close();
  }
  const now = new DatabaseSync(home.db);
  onTestFinished(() => now.close());
  expect(now.prepare('PRAGMA auto_vacuum').get()).toEqual({ auto_vacuum: 2 });
  expect(said.filter((message) => message.includes('written anew'))).toHaveLength(1);
});

test('the files of the database are for this user only', async () => {
  const { home, open } = setUp();
  const store = await open();
  await store.copyNow();
  const [copy] = listCopies(home.backups, Date.parse(start));
  const modes = [home.db, `${home.db}-wal`, `${home.db}-shm`, copy?.path ?? ''].map((path) =>
    (statSync(path).mode & 0o777).toString(8),
  );
  expect(modes).toEqual(['600', '600', '600', '600']);
});

describe('a damaged database', () => {
  test.each([
    ['its first bytes', (db: string) => spoil(db, 0, 100)],
    ['pages in the middle', (db: string) => spoil(db, 4096, 8192)],
    ['cut off', (db: string) => truncateSync(db, 5000)],
    ['empty', (db: string) => truncateSync(db, 0)],
    ['rubbish', (db: string) => writeFileSync(db, 'x'.repeat(50_000))],
    ['zeros', (db: string) => writeFileSync(db, Buffer.alloc(50_000))],
  ])('(%s) is set aside whole, the copy takes its place, publishing waits for a person', async (_, harm) => {
    const { home, open, said } = await withCopy();
    harm(home.db);
    const harmed = readFileSync(home.db);
    const store = await open();
    expect(await readMeta(store.db, 'state')).toBe('copied');
    expect([await store.publishingPaused(), store.warnings()[0]?.code]).toEqual([true, 'NEEDS_PERSON']);
    expect(said.join()).toContain('restored from the copy of 2026-11-22T09:00:00.000Z');
    const [folder] = readdirSync(home.damaged);
    expect(readFileSync(join(home.damaged, folder ?? '', 'belfry.db')).equals(harmed)).toBe(true);
  });

  test('the pause outlives a restart and ends with a word of a person', async () => {
    const { home, open } = await withCopy();
    spoil(home.db, 0, 100);
    await (await open()).close();
    const again = await open();
    expect([await again.publishingPaused(), again.warnings().length]).toEqual([true, 1]);
    await again.confirm('NEEDS_PERSON');
    expect([await again.publishingPaused(), again.warnings()]).toEqual([false, []]);
    await again.close();
    expect(await (await open()).publishingPaused()).toBe(false);
  });

  test('with the newest copy damaged too, the one before it is used', async () => {
    const { home, open, clock } = await withCopy();
    const store = await open();
    await writeMeta(store.db, 'state', 'newer');
    await store.copyNow();
    await store.close();
    const [newest] = listCopies(home.backups, clock.now());
    spoil(newest?.path ?? '', 0, 4096);
    spoil(home.db, 0, 100);
    expect(await readMeta((await open()).db, 'state')).toBe('copied');
    expect(existsSync(newest?.path ?? '')).toBe(true);
  });

  test('without any copy a new one is made, just as loudly', async () => {
    const { home, open } = setUp();
    await (await open()).close();
    spoil(home.db, 0, 100);
    const store = await open();
    expect(store.warnings()[0]?.message).toMatch(
      /^NEEDS_PERSON: .*there was no copy of it.*Publishing is paused/,
    );
    expect(await store.publishingPaused()).toBe(true);
  });

  test('a database that is gone is restored too, and says so', async () => {
    const { home, open } = await withCopy();
    rmSync(home.db);
    const store = await open();
    expect([await readMeta(store.db, 'state'), await store.publishingPaused()]).toEqual(['copied', true]);
  });

  test('an old -wal never gets into the restored database', async () => {
    const { home, open } = await withCopy();
    const live = openDatabase(home.db);
    await writeMeta(live.db, 'state', 'in the -wal');
    copyFileSync(`${home.db}-wal`, join(home.run, 'wal'));
    await live.close();
    spoil(home.db, 0, 100);
    renameSync(join(home.run, 'wal'), `${home.db}-wal`);
    expect(await readMeta((await open()).db, 'state')).toBe('copied');
    expect(setAside(home)).toEqual(expect.arrayContaining(['belfry.db', 'belfry.db-wal']));
  });

  test('damage twice in the same second: nothing of the first is overwritten', async () => {
    const { home, open } = await withCopy();
    for (const round of [1, 2]) {
      writeFileSync(home.db, `rubbish ${round}`.repeat(1000));
      await (await open()).close();
    }
    expect(setAside(home)).toEqual(['belfry.db', 'belfry.db']);
  });
});

describe('a restoration that was cut off', () => {
  test('before the old file was touched begins anew', async () => {
    const { home, open } = await withCopy();
    spoil(home.db, 0, 100);
    writeFileSync(`${home.db}.restoring`, 'half');
    expect(await readMeta((await open()).db, 'state')).toBe('copied');
    expect(existsSync(`${home.db}.restoring`)).toBe(false);
  });
  test('after the old file was set aside is finished, with its pause, also without a copy', async () => {
    const { home, open } = setUp();
    const replacement = openDatabase(`${home.db}.restoring`);
    const warning = { code: 'NEEDS_PERSON', message: 'NEEDS_PERSON: …' };
    await writeMeta(replacement.db, 'publishing_paused', JSON.stringify(warning));
    await replacement.close();
    writeFileSync(`${home.db}-wal`, 'left over');
    const store = await open();
    expect([await store.publishingPaused(), store.warnings()]).toEqual([true, [warning]]);
    expect(setAside(home)).toEqual(['belfry.db-wal']);
  });
  test('whose remains lie beside a sound database changes nothing', async () => {
    const { home, open } = await withCopy();
    writeFileSync(`${home.db}.restoring`, 'left over');
    const store = await open();
    expect([await readMeta(store.db, 'state'), await store.publishingPaused()]).toEqual(['live', false]);
    expect(existsSync(`${home.db}.restoring`)).toBe(false);
  });
});

describe('trouble that is no damage sets nothing aside', () => {
  test('a folder in the place of the database', async () => {
    const { home, open } = setUp();
    mkdirSync(home.db);
    await expect(open()).rejects.toThrow(
      /^DATABASE_UNUSABLE: The database cannot be used, at .*belfry\.db\./,
    );
    expect(existsSync(home.damaged)).toBe(false);
  });
  test('a database of a newer Belfry', async () => {
    const { home, open } = await withCopy();
    const newer = openDatabase(home.db);
    newer.raw.exec('PRAGMA user_version = 999');
    await newer.close();
    await expect(open()).rejects.toThrow(/Start the newer Belfry/);
    expect(existsSync(home.damaged)).toBe(false);
  });
  test('a database that another program has locked', async () => {
    const { home, open } = await withCopy();
    const other = openDatabase(home.db);
    other.raw.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; DELETE FROM meta');
    await expect(open()).rejects.toThrow(/^DATABASE_UNUSABLE: .*Another program uses it/);
    expect(existsSync(home.damaged)).toBe(false);
    await other.close();
  });
});

describe('copies', () => {
  const copies = (home: HomePaths, clock: HandClock) =>
    listCopies(home.backups, clock.now()).map((copy) => copy.at);

  test('one soon after the start, then one a day, seven kept', async () => {
    const { home, open, clock } = setUp();
    await open();
    await clock.advance(60_000);
    await vi.waitFor(() => expect(copies(home, clock)).toHaveLength(1), patient);
    const first = copies(home, clock)[0];
    for (let count = 2; count <= 9; count += 1) {
      const before = copies(home, clock)[0];
      clock.sleep(day - 60 * 60_000);
      await vi.waitFor(async () => {
        await clock.advance(60 * 60_000);
        expect(copies(home, clock)[0]).not.toBe(before);
      }, patient);
    }
    const all = copies(home, clock);
    expect(all).toHaveLength(7);
    expect(all).not.toContain(first);
    for (const [i, at] of all.slice(1).entries()) expect((all[i] ?? 0) - at).toBeGreaterThanOrEqual(day);
  });

  test('a restart does not make another one the same day', async () => {
    const { home, open, clock } = await withCopy();
    await open();
    await clock.advance(2 * 60 * 60_000);
    expect(copies(home, clock)).toHaveLength(1);
  });

  test('a clock set back does not stop them, nor make a copy from the future the newest', async () => {
    const { home, open, clock } = await withCopy();
    clock.set(Date.parse(start) - 30 * day);
    await open();
    await clock.advance(60_000);
    await vi.waitFor(() => expect(copies(home, clock)).toHaveLength(2), patient);
    expect(copies(home, clock)[0]).toBeLessThan(Date.parse(start));
  });

  test('a copy holds what was committed, not what is under way', async () => {
    const { home, open, clock } = setUp();
    const store = await open();
    await writeMeta(store.db, 'state', 'committed');
    await store.db.transaction().execute(async (trx) => {
      await writeMeta(trx, 'state', 'under way');
      await store.copyNow();
    });
    const [copy] = listCopies(home.backups, clock.now());
    const read = openDatabase(copy?.path ?? '');
    expect(await readMeta(read.db, 'state')).toBe('committed');
    await read.close();
  });

  test('one that cannot be made is warned of until one can', async () => {
    const { home, open, clock, said } = setUp();
    const store = await open();
    rmSync(home.backups, { recursive: true });
    writeFileSync(home.backups, 'in the way');
    await clock.advance(60_000);
    await vi.waitFor(
      () => expect(store.warnings()[0]?.message).toMatch(/^DATABASE_UNUSABLE: No copy/),
      patient,
    );
    expect(said.join()).toContain('No copy');
    await expect(store.copyNow()).rejects.toMatchObject({ code: 'DATABASE_UNUSABLE' });
    rmSync(home.backups);
    mkdirSync(home.backups);
    await vi.waitFor(async () => {
      await clock.advance(60 * 60_000);
      expect(store.warnings()).toEqual([]);
    }, patient);
  });

  test('leave nothing else behind in their folder', async () => {
    const { home } = await withCopy();
    expect(readdirSync(home.backups)).toEqual(['belfry-20261122T090000Z.db']);
  });

  test('other files in the folder are left alone', async () => {
    const { home, open } = setUp();
    for (const name of ['mine.db', 'belfry-old.db']) writeFileSync(join(home.backups, name), '');
    const store = await open();
    for (let count = 0; count < 9; count += 1) await store.copyNow();
    expect(readdirSync(home.backups).sort()).toEqual([
      'belfry-20261122T090000Z.db',
      'belfry-old.db',
      'mine.db',
    ]);
  });
});
