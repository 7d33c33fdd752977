import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { copyEvidence, type Findings, identityOf, isOtherFile } from '../../electron/store/continuity.ts';
import {
  type Owner,
  openDatabase,
  openStore,
  prepareHome,
  type Store,
  takeHome,
} from '../../electron/store/index.ts';
import { handClock } from '../support/clock.ts';
import { temporaryHome } from '../support/home.ts';

const beat = 10_000;

/** Homes side by side, with one state folder of the user outside of them. */
function user() {
  const folder = temporaryHome();
  const clock = handClock();
  let ids = 0;
  const open = async (name: string, stateFolder: string | undefined = join(folder, 'state')) => {
    const home = prepareHome(join(folder, name));
    const store = await openStore({ home, clock, log: () => {}, newId: () => `home-${++ids}`, stateFolder });
    onTestFinished(() => store.close());
    return store;
  };
  const copy = (from: string, to: string) =>
    cpSync(join(folder, from), join(folder, to), { recursive: true, preserveTimestamps: true });
  return { folder, clock, open, copy, at: (...names: string[]) => join(folder, ...names) };
}

/** What publishing leaves in the database, and two beats. */
async function publish(store: Store, clock: { advance(ms: number): Promise<void> }): Promise<void> {
  await sql`INSERT INTO posts (id, text, note, thread, source, created_at, updated_at)
    VALUES (hex(randomblob(8)), 'Hello', '', '[]', 'cli', 0, 0)`.execute(store.db);
  await sql`PRAGMA foreign_keys = OFF`.execute(store.db);
  await sql`INSERT INTO target_history (post_id, account_id, at, status, note)
    SELECT id, 'a', 0, 'published', '' FROM posts LIMIT 1`.execute(store.db);
  await sql`PRAGMA foreign_keys = ON`.execute(store.db);
  await clock.advance(2 * beat);
}

/** The process dies; nothing of ours runs any more. What it wrote lies in the folder that is given. */
function asAfterKill(folder: string, to: string): void {
  cpSync(folder, to, { recursive: true });
}

describe('publishing waits in', () => {
  test('a copy of a home whose original has gone on', async () => {
    const { clock, open, copy } = user();
    const one = await open('one');
    copy('one', 'two');
    await publish(one, clock);
    await one.close();
    const two = await open('two');
    expect(await two.publishingPaused()).toBe(true);
    expect(two.trouble()[0]?.message).toMatch(
      /^NEEDS_PERSON: This home is a copy.*later state.*belfry confirm NEEDS_PERSON/,
    );
    await two.close();
    const again = await open('two');
    expect(await again.publishingPaused()).toBe(true);
    const original = await open('one');
    expect(original.trouble()).toEqual([]);
  });

  test('a copy that is started first, while its original lies beside it', async () => {
    const { open, copy } = user();
    await (await open('one')).close();
    copy('one', 'two');
    const two = await open('two');
    expect(two.trouble()[0]?.message).toMatch(/The home that this is a copy of is still there, in .*one/);
  });

  test('a copy beside an engine that runs, which the warning names', async () => {
    const { open, copy, at } = user();
    const about: Owner = {
      pid: process.pid,
      startedAt: '2026-11-22T09:00:00Z',
      mode: 'headless',
      socket: '',
      version: '',
    };
    const lock = await takeHome(prepareHome(at('one')), about);
    onTestFinished(() => lock.release());
    const one = await open('one');
    copy('one', 'two');
    const two = await open('two');
    expect(two.trouble()[0]?.message).toMatch(/Another Belfry runs on the home .*one/);
    expect(one.trouble()).toEqual([]);
  });

  test('a backup that is put back into the same file', async () => {
    const { clock, open, at } = user();
    const one = await open('one');
    await publish(one, clock);
    await one.copyNow();
    await publish(one, clock);
    await one.close();
    const [name = ''] = readdirSync(at('one', 'backups'));
    const { ino } = statSync(at('one', 'belfry.db'));
    writeFileSync(at('one', 'belfry.db'), readFileSync(at('one', 'backups', name)));
    expect(statSync(at('one', 'belfry.db')).ino).toBe(ino);
    const back = await open('one');
    expect(back.trouble()[0]?.message).toMatch(/later state/);
  });

  test('a home from another machine, of which nothing is known here', async () => {
    const { open, copy, at } = user();
    await (await open('one')).close();
    copy('one', 'two');
    const two = await open('two', at('another-state'));
    expect(two.trouble()[0]?.message).toMatch(/another file than the one/);
  });
});

describe('publishing goes on in', () => {
  test('the same home after orderly ends, kills and looks of others', async () => {
    const { clock, open, at } = user();
    for (let round = 0; round < 3; round += 1) {
      const one = await open('one');
      await publish(one, clock);
      expect(one.trouble()).toEqual([]);
      await one.close();
    }
    const raw = openDatabase(at('one', 'belfry.db'));
    raw.raw.exec('VACUUM');
    await raw.close();
    expect((await open('one')).trouble()).toEqual([]);
  });

  test('a home that was moved or renamed', async () => {
    const { open, at } = user();
    await (await open('one')).close();
    renameSync(at('one'), at('two'));
    const two = await open('two');
    expect(two.trouble()).toEqual([]);
  });

  test('a home that was moved to another disk after an orderly end', async () => {
    const { open, copy, at } = user();
    await (await open('one')).close();
    copy('one', 'two');
    rmSync(at('one'), { recursive: true });
    expect((await open('two')).trouble()).toEqual([]);
  });

  test('a volume in a new container, without anything outside of it', async () => {
    const { clock, open, at } = user();
    for (const container of ['first', 'second', 'third']) {
      const one = await open('one', at(container));
      await publish(one, clock);
      expect(one.trouble()).toEqual([]);
      await one.close();
    }
    expect((await open('one', at('one', '.local', 'state'))).trouble()).toEqual([]);
    expect(existsSync(at('one', '.local'))).toBe(false);
  });

  test('a home whose last raise was not recorded outside, or whose record is rubbish', async () => {
    const { open, at } = user();
    await (await open('one')).close();
    const [name = ''] = readdirSync(at('state'));
    const before = readFileSync(at('state', name));
    await (await open('one')).close();
    writeFileSync(at('state', name), before);
    const behind = await open('one');
    expect(behind.trouble()).toEqual([]);
    await behind.close();
    writeFileSync(at('state', name), '{');
    expect((await open('one')).trouble()).toEqual([]);
  });

  test('a home whose state folder cannot be written', async () => {
    const { folder, open, at } = user();
    writeFileSync(join(folder, 'file'), '');
    for (const _ of [1, 2]) {
      const one = await open('one', at('file', 'state'));
      expect(one.trouble()).toEqual([]);
      await one.close();
    }
  });

  test('a database that Belfry itself restored, once that was confirmed', async () => {
    const { clock, open, at } = user();
    const one = await open('one');
    await one.copyNow();
    await publish(one, clock);
    await one.close();
    rmSync(at('one', 'belfry.db'));
    const restored = await open('one');
    expect(restored.trouble()[0]?.message).toMatch(/was lost and was restored/);
    await restored.confirm('NEEDS_PERSON');
    await restored.close();
    expect((await open('one')).trouble()).toEqual([]);
  });
});

test('a copy that was confirmed is the home to go on with; the other one pauses, also while it runs', async () => {
  const { clock, open, copy } = user();
  const one = await open('one');
  copy('one', 'two');
  const two = await open('two');
  await clock.advance(beat);
  await two.confirm('NEEDS_PERSON');
  expect(await two.publishingPaused()).toBe(false);
  const told: string[] = [];
  one.onTrouble(({ message }) => told.push(message));
  const toldAfterBeat = async () => {
    // A beat that finds the one before still at work waits for the next.
    await clock.advance(beat);
    return told.join();
  };
  await expect.poll(toldAfterBeat).toMatch(/goes on with another copy of this home, in .*two/);
  expect([await one.publishingPaused(), await two.publishingPaused()]).toEqual([true, false]);
  await one.close();
  await two.close();
  const reopened = await open('two');
  expect(reopened.trouble()).toEqual([]);
  expect((await open('one')).trouble()).toHaveLength(1);
});

test('after a kill the record outside is never ahead of the database', async () => {
  const { clock, open, at } = user();
  const one = await open('one');
  for (let round = 0; round < 3; round += 1) {
    await publish(one, clock);
    asAfterKill(at('one'), at(`killed-${round}`));
    const state = join(dirname(at('x')), `state-${round}`);
    cpSync(at('state'), state, { recursive: true });
  }
  await one.close();
  rmSync(at('one'), { recursive: true });
  for (let round = 0; round < 3; round += 1) {
    mkdirSync(at('one'));
    copyFileSync(at(`killed-${round}`, 'belfry.db'), at('one', 'belfry.db'));
    copyFileSync(at(`killed-${round}`, 'belfry.db-wal'), at('one', 'belfry.db-wal'));
    const back = await open('one', at(`state-${round}`));
    expect(
      back
        .warnings()
        .map(({ message }) => message)
        .join(),
    ).not.toMatch(/later state/);
    await back.close();
    rmSync(at('one'), { recursive: true });
  }
});

test('records of homes that were made anew in the same place are forgotten', async () => {
  const { open, at } = user();
  for (let round = 0; round < 3; round += 1) {
    await (await open('one')).close();
    rmSync(at('one'), { recursive: true });
  }
  await (await open('other')).close();
  expect(readdirSync(at('state'))).toHaveLength(2);
});

describe('files', () => {
  const file = (ino: string, birth: string | null) => ({ ino, birth });
  test.each([
    ['linux', file('1', '5'), file('1', '5'), false],
    ['linux', file('1', '5'), file('1', '6'), true], // A number that was given again.
    ['linux', file('1', '5'), file('2', '5'), false], // A file system that numbers anew at each mount.
    ['linux', file('1', null), file('2', '5'), true],
    ['linux', file('1', null), file('1', '5'), false],
    ['darwin', file('1', '5'), file('2', '5'), true], // Tools there set the birth of a copy.
    ['darwin', file('1', '5'), file('1', '6'), false],
    ['win32', file('1', '5'), file('2', '5'), true],
  ] as const)('on %s, %j and %j are two: %s', (platform, recorded, found, expected) => {
    expect(isOtherFile(recorded, found, platform)).toBe(expected);
  });
  test('a copy is another file here, a renamed one is the same', () => {
    const dir = temporaryHome();
    writeFileSync(join(dir, 'a'), 'x');
    const a = identityOf(join(dir, 'a'));
    cpSync(join(dir, 'a'), join(dir, 'b'), { preserveTimestamps: true });
    const b = identityOf(join(dir, 'b'));
    if (!a || !b) return; // Nothing can be said on this file system.
    expect(isOtherFile(a, b)).toBe(true);
    renameSync(join(dir, 'a'), join(dir, 'c'));
    expect(isOtherFile(a, identityOf(join(dir, 'c')) ?? b)).toBe(false);
  });
});

test('where files cannot be told apart, only the record outside says anything', () => {
  const ledger = { home: 'h', generation: 5, ended: false, file: { ino: '1', birth: '1' } };
  const findings: Findings = { ledger, record: undefined, dir: '/h', file: undefined, original: undefined };
  expect(copyEvidence(findings)).toBeUndefined();
  const record = { home: 'h', generation: 6, dir: '/h', file: null, at: '2026-11-22T09:00:00.000Z' };
  expect(copyEvidence({ ...findings, record })).toMatch(/later state/);
  expect(copyEvidence({ ...findings, record: { ...record, generation: 5, dir: '/other' } })).toBeUndefined();
});
