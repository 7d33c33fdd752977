import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createApp } from '../electron/app.ts';
import { connect } from '../electron/cli/client.ts';
import { createSecretsFile, isOwned, prepareHome, readOwner } from '../electron/store/index.ts';
import type { CallOutput } from '../shared/index.ts';
import { handClock } from './support/clock.ts';
import { temporaryHome } from './support/home.ts';
import { plainHost } from './support/plain-host.ts';

const beat = 10_000;
/** Only catches what hangs. */
const patience = { timeout: 90_000, interval: 20 };

async function started(key?: string) {
  const paths = prepareHome(temporaryHome());
  if (key !== undefined) writeFileSync(join(paths.dir, 'secrets.key'), key);
  const clock = handClock();
  const said: string[] = [];
  const engine = createApp(
    plainHost({ home: paths.dir, clock, log: (_level, message) => said.push(message) }),
  );
  await engine.start();
  onTestFinished(() => engine.stop({ drainMs: 0 }));
  const call = async (name: 'status.get') => {
    const answer = await engine.call(name, {});
    if (!answer.ok) throw new Error(answer.error.message);
    return answer.value as CallOutput<'status.get'>;
  };
  return { paths, clock, said, call, engine };
}

test('run/ is removed under the engine: its lock and its socket come back, and no second engine starts', async () => {
  const { paths, clock, said, call } = await started();
  rmSync(paths.run, { recursive: true });
  await vi.waitFor(async () => {
    await clock.advance(beat);
    expect(existsSync(paths.socket)).toBe(true);
  }, patience);
  expect(said.join('\n')).toMatch(/The lock of the home folder was removed while Belfry was running/);
  expect([isOwned(paths), readOwner(paths)?.pid]).toEqual([true, process.pid]);
  expect((statSync(paths.socket).mode & 0o777).toString(8)).toBe('600');
  const client = await connect(paths.socket, clock);
  expect((await client.call('status.get', {})).ok).toBe(true);
  client.close();
  const second = createApp(plainHost({ home: paths.dir, clock: handClock() }));
  await expect(second.start()).rejects.toMatchObject({ code: 'ALREADY_RUNNING' });
  expect((await call('status.get')).warnings).toEqual([]);
});

test('config.json and the copy of its last good version are both gone at a start: status says so, until it is put back or {} is written', async () => {
  const { paths, engine, call } = await started();
  expect((await call('status.get')).warnings).toEqual([]); // A new home has none, and that is no problem.
  const text = JSON.stringify({ settings: { theme: 'dark' } });
  writeFileSync(paths.config, text);
  await vi.waitFor(() => expect(existsSync(paths.lastGoodConfig)).toBe(true), patience);
  await engine.stop({ drainMs: 0 });
  rmSync(paths.config);
  rmSync(paths.lastGoodConfig);

  const again = createApp(plainHost({ home: paths.dir, clock: handClock() }));
  await again.start();
  onTestFinished(() => again.stop({ drainMs: 0 }));
  const warnings = async () => {
    const answer = await again.call('status.get', {});
    return answer.ok ? (answer.value as CallOutput<'status.get'>).warnings : [answer.error];
  };
  expect((await warnings()).at(0)).toMatchObject({
    code: 'BAD_CONFIG',
    message: expect.stringMatching(
      /The configuration is gone.*config\.last-good\.json\) is gone as well; .*write \{\}/,
    ),
  });
  writeFileSync(paths.config, '{}');
  await vi.waitFor(async () => expect(await warnings()).toEqual([]), patience);
});

test('secrets.json is removed: its file knows that, and writes again what it holds in memory', async () => {
  const path = join(temporaryHome(), 'secrets.json');
  const file = createSecretsFile({ path, clock: handClock(), log: () => {} });
  expect(file.isThere()).toBe(true); // There never was one.
  await file.put('me', { backend: 'key-file', sealed: 'v1.a.b.c.d' });
  const before = readFileSync(path, 'utf8');
  rmSync(path);
  expect(file.isThere()).toBe(false);
  await file.putBack();
  expect([readFileSync(path, 'utf8'), file.isThere()]).toEqual([before, true]);
});

const key = `${Buffer.alloc(32, 7).toString('base64')}\n`;

test('the key of the secrets is removed or emptied under the engine: it is put back from memory within a beat', async () => {
  const { paths, clock, said, call } = await started(key);
  const path = join(paths.dir, 'secrets.key');
  for (const harm of [() => rmSync(path), () => writeFileSync(path, '')]) {
    harm();
    await vi.waitFor(async () => {
      await clock.advance(beat);
      expect(readFileSync(path, 'utf8')).toBe(key);
    }, patience);
  }
  expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
  expect(said.join('\n')).toMatch(
    /The key of the secrets was removed while Belfry was running.*was put back/,
  );
  expect((await call('status.get')).warnings).toEqual([]);
});

test('a key that cannot be put back is told in status until it can, and a stop does not lose it', async () => {
  const { paths, clock, call, engine } = await started(key);
  const path = join(paths.dir, 'secrets.key');
  rmSync(path);
  mkdirSync(path); // Nothing can take its place.
  await vi.waitFor(async () => {
    await clock.advance(beat);
    expect((await call('status.get')).warnings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^HOME_UNUSABLE: The key of the secrets was removed.*Do not stop Belfry/),
    ]);
  }, patience);
  rmdirSync(path);
  await engine.stop({ drainMs: 0 });
  expect(readFileSync(path, 'utf8')).toBe(key);
});

test('the media folder is removed under the engine: it comes back empty, and that is said until a restart', async () => {
  const { paths, clock, call } = await started();
  rmSync(paths.media, { recursive: true });
  await clock.advance(beat);
  await clock.advance(beat);
  expect(existsSync(paths.media)).toBe(true);
  const { warnings } = await call('status.get');
  expect(warnings.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^HOME_UNUSABLE: The media folder was removed.*Files of posts that wait/),
  ]);
});
