import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { connect } from '../electron/api/index.ts';
import { createBelfry } from '../electron/belfry.ts';
import { createSecretsFile, isOwned, prepareHome, readOwner } from '../electron/store/index.ts';
import type { CallOutput } from '../shared/index.ts';
import { handClock } from './support/clock.ts';
import { temporaryHome } from './support/home.ts';
import { plainHost } from './support/plain-host.ts';

const beat = 10_000;

async function started() {
  const paths = prepareHome(temporaryHome());
  const clock = handClock();
  const said: string[] = [];
  const engine = createBelfry(
    plainHost({ home: paths.dir, clock, log: (_level, message) => said.push(message) }),
  );
  await engine.start();
  onTestFinished(() => engine.stop({ drainMs: 0 }));
  const call = async (name: 'status.get') => {
    const answer = await engine.call(name, {});
    if (!answer.ok) throw new Error(answer.error.message);
    return answer.value as CallOutput<'status.get'>;
  };
  return { paths, clock, said, call };
}

test('run/ is removed under the engine: its lock and its socket come back, and no second engine starts', async () => {
  const { paths, clock, said, call } = await started();
  rmSync(paths.run, { recursive: true });
  await vi.waitFor(async () => {
    await clock.advance(beat);
    expect(existsSync(paths.socket)).toBe(true);
  });
  expect(said.join('\n')).toMatch(/The lock of the home folder was removed while Belfry was running/);
  expect([isOwned(paths), readOwner(paths)?.pid]).toEqual([true, process.pid]);
  expect((statSync(paths.socket).mode & 0o777).toString(8)).toBe('600');
  const client = await connect(paths.socket, clock);
  expect((await client.call('status.get', {})).ok).toBe(true);
  client.close();
  const second = createBelfry(plainHost({ home: paths.dir, clock: handClock() }));
  await expect(second.start()).rejects.toMatchObject({ code: 'ALREADY_RUNNING' });
  expect((await call('status.get')).warnings).toEqual([]);
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
