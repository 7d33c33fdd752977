import { spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { listCopies } from '../../electron/store/copies.ts';
import { type HomePaths, openStore, prepareHome, readMeta, writeMeta } from '../../electron/store/index.ts';
import type { Warning } from '../../shared/index.ts';
import { handClock } from '../support/clock.ts';
import { temporaryHome } from '../support/home.ts';

const beat = 10_000;
/** Copies are made beside the event loop: real time, on a machine that may be busy. */
const patient = { timeout: 30_000, interval: 5 };

/** A home whose database is open and says `live`; a copy, if wanted, says `copied`. */
async function opened({ copy = false } = {}) {
  const home = prepareHome(temporaryHome());
  const clock = handClock();
  const said: string[] = [];
  const told: Warning[] = [];
  const open = async () => {
    const store = await openStore({
      home,
      clock,
      newId: () => 'home-1',
      log: (_level, message) => said.push(message),
    });
    onTestFinished(() => store.close());
    store.onTrouble((trouble) => told.push(trouble));
    return store;
  };
  const store = await open();
  await writeMeta(store.db, 'state', 'copied');
  if (copy) await store.copyNow();
  await writeMeta(store.db, 'state', 'live');
  clock.sleep(1000);
  return { home, clock, said, told, store, open };
}

const harms: [string, RegExp, (home: HomePaths) => void][] = [
  ['deleted', /The file was deleted or moved away/, (home) => rmSync(home.db)],
  ['moved away', /The file was deleted or moved away/, (home) => renameSync(home.db, `${home.db}.old`)],
  [
    'replaced',
    /Another file was put in its place/,
    (home) => {
      copyFileSync(listCopies(home.backups, Date.now())[0]?.path ?? '', `${home.db}.other`);
      renameSync(`${home.db}.other`, home.db);
    },
  ],
];

describe('a database that loses its file while it is open', () => {
  test.each(harms)(
    '(%s) is noticed within a beat, takes no more writes, and comes back whole but paused',
    async (_, reason, harm) => {
      const { home, clock, told, store, open } = await opened({ copy: true });
      harm(home);
      await clock.advance(beat);
      expect(told).toHaveLength(1);
      expect(store.trouble()[0]).toMatchObject({ code: 'DATABASE_UNUSABLE' });
      expect(store.trouble()[0]?.message).toMatch(reason);
      expect(store.warnings()).toEqual(store.trouble());
      expect(await store.publishingPaused()).toBe(true);
      await expect(writeMeta(store.db, 'state', 'never')).rejects.toThrow(/lost while Belfry was running/);
      expect(await readMeta(store.db, 'state')).toBe('live');
      await store.close();

      const again = await open();
      expect([await readMeta(again.db, 'state'), await again.publishingPaused()]).toEqual(['live', true]);
      expect(again.warnings()[0]?.code).toBe('NEEDS_PERSON');
      await again.confirm('NEEDS_PERSON');
      await again.close();
      const confirmed = await open();
      expect([await confirmed.publishingPaused(), existsSync(`${home.db}.lost`)]).toEqual([false, false]);
    },
  );

  test.each([
    ['emptied', /The file was emptied or cut off/, (home: HomePaths) => truncateSync(home.db, 0)],
    ['cut off', /The file was cut off/, (home: HomePaths) => truncateSync(home.db, 8192)],
    [
      'overwritten',
      /The file was overwritten/,
      (home: HomePaths) => writeFileSync(home.db, 'x'.repeat(50_000)),
    ],
  ])('(%s) is noticed, and the newest copy comes back, paused', async (_, reason, harm) => {
    const { home, clock, store, open } = await opened({ copy: true });
    await store.close();
    const live = await open(); // All is in the main file now, none of it in the -wal.
    harm(home);
    await clock.advance(beat);
    expect(live.trouble()[0]?.message).toMatch(reason);
    await expect(writeMeta(live.db, 'state', 'never')).rejects.toThrow(/lost while Belfry was running/);
    await live.close();
    const again = await open();
    expect([await readMeta(again.db, 'state'), await again.publishingPaused()]).toEqual(['copied', true]);
  });

  test('(deleted with the whole home) is saved to the last word', async () => {
    const { home, clock, store, open } = await opened();
    rmSync(home.dir, { recursive: true });
    await clock.advance(beat);
    await store.close();
    prepareHome(home.dir);
    const again = await open();
    expect([await readMeta(again.db, 'state'), await again.publishingPaused()]).toEqual(['live', true]);
  });

  test('(its home moved away) does not come back where it was, and goes on where it is', async () => {
    const { home, clock, store } = await opened();
    renameSync(home.dir, `${home.dir}-moved`);
    onTestFinished(() => rmSync(`${home.dir}-moved`, { recursive: true }));
    await clock.advance(beat);
    expect(store.trouble()).toHaveLength(1);
    await store.close();
    expect(existsSync(home.dir)).toBe(false);
    const moved = prepareHome(`${home.dir}-moved`);
    const again = await openStore({ home: moved, clock, newId: () => 'home-1', log: () => {} });
    onTestFinished(() => again.close());
    expect([await readMeta(again.db, 'state'), again.trouble()]).toEqual(['live', []]);
  });

  test('(only its -wal) is noticed; what was in it is in the main file, and the next start goes on as ever', async () => {
    const { home, clock, store, open } = await opened();
    rmSync(`${home.db}-wal`);
    await clock.advance(beat);
    expect(store.trouble()[0]?.message).toMatch(/Its -wal was deleted or moved away/);
    await expect(writeMeta(store.db, 'state', 'never')).rejects.toThrow(/lost while Belfry was running/);
    const copied = `${home.db}.as-after-kill`;
    copyFileSync(home.db, copied);
    await store.close();
    renameSync(copied, home.db);
    rmSync(`${home.db}-wal`, { force: true });
    const again = await open();
    expect(await readMeta(again.db, 'state')).toBe('live');
  });
});

test('what is done with the files every day is no loss', async () => {
  const { home, clock, store } = await opened({ copy: true });
  for (let round = 0; round < 3; round += 1) {
    await writeMeta(store.db, 'ballast', 'x'.repeat(1_000_000));
    await clock.advance(beat);
    await writeMeta(store.db, 'ballast', null);
    // Another program looks into the file, and one makes it smaller.
    const look = "const {DatabaseSync}=require('node:sqlite');const d=new DatabaseSync(process.argv[1]);";
    const run = spawnSync(process.execPath, ['-e', `${look}d.exec('VACUUM');d.close()`, home.db], {
      encoding: 'utf8',
    });
    expect(run.status).toBe(0);
    await clock.advance(beat);
    await store.copyNow();
  }
  expect(store.trouble()).toEqual([]);
  await store.close();
});

test('damage that a query meets stops writing at once', async () => {
  const { home, store } = await opened();
  await writeMeta(store.db, 'ballast', 'x'.repeat(1_000_000));
  await store.close();
  const clock = handClock();
  const live = await openStore({ home, clock, newId: () => 'home-1', log: () => {} });
  onTestFinished(() => live.close());
  const { size } = statSync(home.db);
  const handle = openSync(home.db, 'r+');
  onTestFinished(() => closeSync(handle));
  for (let at = 4096; at < size; at += 4096) writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, at);
  await expect(live.db.selectFrom('posts').selectAll().execute()).rejects.toThrow(
    /lost while Belfry was running/,
  );
  expect(live.trouble()).toHaveLength(1);
});

test('the first copy is made within seconds of the first change that is worth keeping', async () => {
  const { home, clock, store } = await opened();
  await clock.advance(4 * beat);
  expect(readdirSync(home.backups)).toEqual([]);
  await sql`INSERT INTO posts (id, text, note, thread, source, created_at, updated_at)
    VALUES ('p1', 'Hello', '', '[]', 'cli', 0, 0)`.execute(store.db);
  await clock.advance(beat);
  await vi.waitFor(() => expect(listCopies(home.backups, clock.now())).toHaveLength(1), patient);
});
