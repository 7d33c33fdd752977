import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { adviceFor, packagesFor } from '../../electron/dev/debian-packages.mjs';
import { hasDisplay, missingLibraries } from '../../electron/dev/machine.mjs';
import { isEnough } from '../../electron/dev/node24.mjs';
import { temporaryHome } from '../support/home.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('a display', () => {
  it('is there when something answers for it', async () => {
    const number = 40_000 + (process.pid % 10_000);
    expect(await hasDisplay({ DISPLAY: `:${number}` }, 'linux')).toBe(false);
    const server = createServer();
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(`\0/tmp/.X11-unix/X${number}`, resolve));
    expect(await hasDisplay({ DISPLAY: `:${number}` }, 'linux')).toBe(true);
    expect(await hasDisplay({ DISPLAY: `:${number}.0` }, 'linux')).toBe(true);
  });

  it.each([
    [{}, 'linux', false],
    [{ DISPLAY: '' }, 'linux', false],
    [{ WAYLAND_DISPLAY: 'wayland-0' }, 'linux', true],
    [{ DISPLAY: 'other-machine:10.0' }, 'linux', true],
    [{}, 'darwin', true],
    [{}, 'win32', true],
  ])('with %o on %s: %s', async (env, platform, expected) => {
    expect(await hasDisplay(env, platform as NodeJS.Platform)).toBe(expected);
  });
});

describe('missing libraries', () => {
  it('are found with ldd', async () => {
    const folder = temporaryHome();
    mkdirSync(join(folder, 'bin'));
    const ldd = join(folder, 'bin/ldd');
    writeFileSync(
      ldd,
      `#!/bin/sh
cat <<END
	linux-vdso.so.1 (0x00007ffd)
	libgtk-3.so.0 => not found
	libnss3.so => not found
	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f)
END
`,
    );
    chmodSync(ldd, 0o755);
    vi.stubEnv('PATH', `${join(folder, 'bin')}:${process.env['PATH']}`);
    expect(await missingLibraries('/some/electron')).toEqual(['libgtk-3.so.0', 'libnss3.so']);
  });

  it('are none for the program that runs this', async () => {
    expect(await missingLibraries(process.execPath)).toEqual([]);
  });

  it('become the names of Debian packages', () => {
    expect(packagesFor(['libnss3.so', 'libsmime3.so', 'libgtk-3.so.0', 'libodd.so.9'])).toEqual({
      packages: ['libgtk-3-0', 'libnss3'],
      unknown: ['libodd.so.9'],
    });
    expect(adviceFor(['libnss3.so', 'libgbm.so.1'], true)).toBe('Run "sudo apt-get install libgbm1 libnss3"');
    expect(adviceFor(['libnss3.so', 'libodd.so.9'], true)).toBe(
      'Run "sudo apt-get install libnss3" and the packages that hold libodd.so.9',
    );
    expect(adviceFor(['libnss3.so'], false)).toBe('Install the packages that hold libnss3.so');
  });
});

describe('Node', () => {
  it.each([
    ['v24.15.0', true],
    ['v24.14.9', false],
    ['v26.0.0', true],
    ['v20.20.2', false],
  ])('%s is new enough: %s', (version, expected) => {
    expect(isEnough(version)).toBe(expected);
  });
});

describe('the development scripts', () => {
  it('refuse an unknown part of the build', () => {
    const run = () => execFileSync(process.execPath, ['electron/dev/build.mjs', 'windw'], { stdio: 'pipe' });
    expect(run).toThrow(
      /BAD_INPUT: Unknown part windw, on the command line of the build\. There are renderer, main/,
    );
  });
});
