import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { type HomePaths, isOwned, prepareHome, readOwner, takeHome } from '../../electron/store/index.ts';
import { temporaryHome } from '../support/home.ts';

const program = fileURLToPath(new URL('owner-child.ts', import.meta.url));

/** Starts another engine on the home; resolves with its first line. */
async function other(paths: HomePaths): Promise<{ said: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [program, paths.dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  const [said] = await once(lines, 'line');
  return { said: String(said), child };
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const end = once(child, 'exit');
  child.kill(signal);
  await end;
}

const me = (paths: HomePaths) => ({
  pid: process.pid,
  startedAt: '2026-11-22T10:00:00.000Z',
  mode: 'desktop' as const,
  socket: paths.socket,
  version: '0.1.0',
});

test('a second engine is told who is running, since when', async () => {
  const paths = prepareHome(temporaryHome());
  const lock = await takeHome(paths, me(paths));
  const { said } = await other(paths);
  expect(said).toBe(
    `ALREADY_RUNNING: Belfry is already running (desktop, pid ${process.pid}, since 2026-11-22T10:00:00.000Z), ` +
      `in ${paths.dir}. A home folder has one engine at a time. ` +
      'Use that one, end it with `belfry quit`, or choose another folder with --home.',
  );
  lock.release();
});

test('kill -9 frees the home at once', async () => {
  const paths = prepareHome(temporaryHome());
  const { said, child } = await other(paths);
  expect(said).toBe('owner');
  await expect(takeHome(paths, me(paths))).rejects.toMatchObject({ code: 'ALREADY_RUNNING' });
  expect([isOwned(paths), readOwner(paths)?.pid]).toEqual([true, child.pid]);
  await ended(child, 'SIGKILL');
  expect([isOwned(paths), readOwner(paths)?.pid]).toEqual([false, child.pid]);
  const lock = await takeHome(paths, me(paths));
  expect(readOwner(paths)).toEqual(me(paths));
  lock.release();
});

test('a release frees the home and takes owner.json away; twice does no harm', async () => {
  const paths = prepareHome(temporaryHome());
  const lock = await takeHome(paths, me(paths));
  expect((statSync(paths.ownerJson).mode & 0o777).toString(8)).toBe('600');
  lock.release();
  lock.release();
  expect([isOwned(paths), readOwner(paths), existsSync(paths.ownerJson)]).toEqual([false, undefined, false]);
  expect((await other(paths)).said).toBe('owner');
});

test('asking for the lock again, or looking at it, in the owning process does not drop it', async () => {
  const paths = prepareHome(temporaryHome());
  const lock = await takeHome(paths, me(paths));
  await expect(takeHome(paths, me(paths))).rejects.toMatchObject({ code: 'ALREADY_RUNNING' });
  expect(isOwned(paths)).toBe(true);
  prepareHome(paths.dir);
  expect((await other(paths)).said).toMatch(/^ALREADY_RUNNING/);
  lock.release();
});

test('of six engines started at once exactly one gets the home', async () => {
  const paths = prepareHome(temporaryHome());
  const all = await Promise.all(Array.from({ length: 6 }, () => other(paths)));
  const said = all.map((one) => one.said.split(':')[0]).sort();
  expect(said).toEqual([...Array.from({ length: 5 }, () => 'ALREADY_RUNNING'), 'owner']);
});

test('a client that looks does not keep an engine from starting', async () => {
  const paths = prepareHome(temporaryHome());
  for (let round = 0; round < 20; round += 1) {
    expect(isOwned(paths)).toBe(false);
    (await takeHome(paths, me(paths))).release();
  }
});

test('a lock file that is rubbish is refused with what to do', async () => {
  const paths = prepareHome(temporaryHome());
  writeFileSync(paths.lockDb, 'rubbish '.repeat(1000));
  await expect(takeHome(paths, me(paths))).rejects.toThrow(
    /^HOME_UNUSABLE: .*not a database.*Delete this file/,
  );
  await expect(takeHome(paths, me(paths))).rejects.toThrow(/^HOME_UNUSABLE: /);
});

test.each(['', '{', 'null', '[1,2]', '{"pid":"x"}', '\0\0\0\0'])(
  'owner.json with %j says nothing',
  (text) => {
    const paths = prepareHome(temporaryHome());
    writeFileSync(paths.ownerJson, text);
    expect(readOwner(paths)).toBeUndefined();
  },
);
