import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { captureLoginPath, commandEnvironment, createEnvironment } from '../../electron/runner/index.ts';
import { systemClock } from '../../electron/system.ts';
import { temporaryHome } from '../support/home.ts';
import { processesWith } from './support.ts';

/** A shell of one's own: a script that is called as shells are. */
function shell(script: string): string {
  const file = join(temporaryHome(), 'shell');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

const capture = (file: string | undefined, timeoutMs = 5000) =>
  captureLoginPath({ shell: file, platform: 'linux', environment: { PATH: '/usr/bin:/bin' }, timeoutMs });

/** Like a login shell whose start-up files set the PATH and greet. */
const greeting = `echo "Welcome!"; PATH="/from/profile:/usr/bin"; export PATH; for line; do :; done; exec /bin/sh -c "$line"`;

test('the PATH of the login shell is found between what its start-up files print', async () => {
  expect(await capture(shell(greeting))).toBe('/from/profile:/usr/bin');
  expect(await capture('/bin/sh')).toMatch(/\/bin/);
});

test('a shell that fails, is missing or hangs gives none, within the time limit, and stays nowhere', async () => {
  expect(await capture(shell('exit 3'))).toBeNull();
  expect(await capture('/no/such/shell')).toBeNull();
  expect(await capture(shell('trap "" TERM; sleep 303.1; sleep 303.1'), 300)).toBeNull();
  await expect.poll(() => processesWith('303.1')).toEqual([]);
  expect(
    await captureLoginPath({ shell: undefined, platform: 'win32', environment: {}, timeoutMs: 1 }),
  ).toBeNull();
});

test('commands see nothing of Belfry, Electron and npm', () => {
  const engine = {
    HOME: '/home/u',
    PATH: '/bin',
    BELFRY_KEY: 'secret',
    CREDENTIALS_DIRECTORY: '/run/credentials/belfry',
    NOTIFY_SOCKET: '/run/systemd/notify',
    ELECTRON_RUN_AS_NODE: '1',
    npm_config_x: 'y',
    GONE: undefined,
  };
  expect(commandEnvironment(engine, '/other')).toEqual({ HOME: '/home/u', PATH: '/other' });
  expect(commandEnvironment({ Path: 'C:\\Windows' }, 'C:\\Other')).toEqual({ Path: 'C:\\Other' });
});

test('the setting wins, then the login shell, asked once, then the engine’s own PATH', async () => {
  const warnings: string[] = [];
  let setting: string | null = null;
  const make = (file: string) =>
    createEnvironment({
      clock: systemClock,
      log: (_, text) => warnings.push(text),
      settings: () => ({ path: setting }),
      engine: { SHELL: file, PATH: '/engine' },
    });
  const environment = make(shell(`echo asked >> "$0.log"; ${greeting}`));
  expect((await environment())['PATH']).toBe('/from/profile:/usr/bin');
  setting = '/chosen';
  expect((await environment())['PATH']).toBe('/chosen');
  setting = null;
  const failing = make(shell('exit 1'));
  expect((await failing())['PATH']).toBe('/engine');
  await failing();
  expect(warnings).toHaveLength(1);
});
