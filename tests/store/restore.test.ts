import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { type HomePaths, openStore, prepareHome, readMeta, writeMeta } from '../../electron/store/index.ts';
import { handClock } from '../support/clock.ts';
import { temporaryHome } from '../support/home.ts';

const program = fileURLToPath(new URL('restore-child.ts', import.meta.url));
const later = '2026-11-22T11:00:00.000Z';

async function open(home: HomePaths, at = later) {
  const store = await openStore({ home, clock: handClock(at), newId: randomUUID, log: () => {} });
  onTestFinished(() => store.close());
  return store;
}

/** A home whose database says `live`, with a copy that says `copied`, unless `copy` is false. */
async function lived(copy: boolean): Promise<HomePaths> {
  const home = prepareHome(temporaryHome());
  const store = await open(home, '2026-11-22T09:00:00.000Z');
  await writeMeta(store.db, 'state', 'copied');
  if (copy) await store.copyNow();
  await writeMeta(store.db, 'state', 'live');
  await store.close();
  return home;
}

/** With the distance of the steps that are tried: the second case soon becomes the first. */
const harms: [string, (home: HomePaths) => void, number][] = [
  ['deleted', (home) => rmSync(home.db), 1],
  ['damaged', (home) => writeFileSync(home.db, Buffer.alloc(50_000, 'rubbish')), 3],
];

/** Restores in a child that is killed before its step `last`; gives the number of steps when it came to the end. */
function restoreUntil(home: HomePaths, last: number): number | undefined {
  const child = spawnSync(process.execPath, [program, home.dir, String(last)], { encoding: 'utf8' });
  if (child.signal === 'SIGKILL') return undefined;
  expect(child.stderr).toBe('');
  return Number(child.stdout);
}

test.each(harms)(
  'a database that is %s: kill -9 at any step of the restoration loses nothing',
  {
    timeout: 240_000,
  },
  async (_, harm, stride) => {
    const origin = await lived(true);
    harm(origin);
    for (let last = 1; ; last += stride) {
      const dir = join(temporaryHome(), 'home');
      cpSync(origin.dir, dir, { recursive: true });
      const home = prepareHome(dir);
      const steps = restoreUntil(home, last);
      const store = await open(home);
      expect([last, await readMeta(store.db, 'state'), await store.publishingPaused()]).toEqual([
        last,
        'copied',
        true,
      ]);
      await store.close();
      expect(readdirSync(home.dir).filter((name) => name.includes('restoring'))).toEqual([]);
      if (steps === undefined) continue;
      expect(steps).toBeLessThan(last);
      expect(last).toBeGreaterThan(5);
      return;
    }
  },
);

test('half a copy in the place of the replacement is not trusted', async () => {
  const home = await lived(true);
  const [copy = ''] = readdirSync(home.backups);
  const bytes = readFileSync(join(home.backups, copy));
  writeFileSync(`${home.db}.restoring`, bytes.subarray(0, bytes.length / 2));
  rmSync(home.db);
  const store = await open(home);
  expect([await readMeta(store.db, 'state'), await store.publishingPaused()]).toEqual(['copied', true]);
});

test('a whole replacement without the pause in it is not trusted', async () => {
  const home = await lived(true);
  const [copy = ''] = readdirSync(home.backups);
  writeFileSync(`${home.db}.restoring`, readFileSync(join(home.backups, copy)));
  rmSync(home.db);
  const store = await open(home);
  expect(await store.publishingPaused()).toBe(true);
});

test('a database that is gone without any copy, but left its -wal, is known to be lost', async () => {
  const home = await lived(false);
  rmSync(home.db);
  writeFileSync(`${home.db}-wal`, 'left over');
  const store = await open(home);
  expect([await store.publishingPaused(), store.warnings()[0]?.code]).toEqual([true, 'NEEDS_PERSON']);
  const [folder = ''] = readdirSync(home.damaged);
  expect(readFileSync(join(home.damaged, folder, 'belfry.db-wal'), 'utf8')).toBe('left over');
});

test('a new home without any trace of a database is simply new', async () => {
  const home = prepareHome(temporaryHome());
  const store = await open(home);
  expect([await store.publishingPaused(), existsSync(home.damaged)]).toEqual([false, false]);
});
