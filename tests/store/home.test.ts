import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  defaultHome,
  homeExposure,
  homePaths,
  locateHome,
  prepareHome,
  takeHome,
  thisMachine,
} from '../../electron/store/index.ts';
import { temporaryHome } from '../support/home.ts';

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
const linux = { platform: 'linux', env: {}, temporary: '/tmp' } as const;

describe('the folder of a user', () => {
  test.each([
    ['linux', { HOME: '/home/ann' }, '/home/ann/.config/Belfry'],
    ['linux', { HOME: '/home/ann', XDG_CONFIG_HOME: '/cfg' }, '/cfg/Belfry'],
    ['linux', { HOME: '/home/ann', XDG_CONFIG_HOME: '' }, '/home/ann/.config/Belfry'],
    ['linux', { HOME: '/home/ann', XDG_CONFIG_HOME: 'relative' }, '/home/ann/.config/Belfry'],
    ['linux', {}, '/root/.config/Belfry'],
    ['darwin', { HOME: '/Users/ann' }, '/Users/ann/Library/Application Support/Belfry'],
    ['win32', { APPDATA: 'C:\\Users\\ann\\AppData\\Roaming' }, 'C:\\Users\\ann\\AppData\\Roaming\\Belfry'],
  ] as const)('%s %o', (platform, env, expected) => {
    expect(defaultHome(platform, env, '/root')).toBe(expected);
  });
});

test('a home is made with its folders, for this user only', () => {
  const dir = join(temporaryHome(), 'deep', 'home');
  const paths = prepareHome(dir);
  expect([paths.dir, paths.run, paths.media, paths.backups].map(mode)).toEqual(['700', '700', '700', '700']);
  expect(readdirSync(paths.run)).toEqual([]);
});

test('a home that is already there is opened again and made private', () => {
  const dir = temporaryHome();
  writeFileSync(join(dir, 'config.json'), '{}');
  chmodSync(dir, 0o755);
  expect(prepareHome(dir)).toEqual(prepareHome(dir));
  expect(mode(dir)).toBe('700');
});

test('a folder full of other things keeps its rights', () => {
  const dir = temporaryHome();
  writeFileSync(join(dir, 'holiday.txt'), '');
  chmodSync(dir, 0o755);
  const paths = prepareHome(dir);
  expect([mode(dir), mode(paths.run)]).toEqual(['755', '700']);
});

test('a home into which others can write is warned of, unless its file system knows no rights', () => {
  const paths = prepareHome(temporaryHome());
  expect(homeExposure(paths)).toBeNull();
  for (const open of [0o777, 0o770, 0o702]) {
    chmodSync(paths.dir, open);
    expect(homeExposure(paths)?.message).toMatch(/^HOME_UNUSABLE: Others can write into the home folder/);
  }
  chmodSync(paths.run, 0o777); // As on a mounted FAT: it was made 0700 and is not.
  expect(homeExposure(paths)).toBeNull();
});

test('a link to a home and the home itself have the same paths', () => {
  const dir = temporaryHome();
  const link = join(temporaryHome(), 'link');
  symlinkSync(dir, link);
  expect(prepareHome(link)).toEqual(prepareHome(dir));
  expect(locateHome(link)).toEqual(prepareHome(dir));
});

test('looking for a home makes nothing', () => {
  const dir = join(temporaryHome(), 'none');
  expect(locateHome(dir).dir).toBe(dir);
  expect(existsSync(dir)).toBe(false);
});

describe('a home that cannot be used is refused with the reason', () => {
  test('a file in its place', () => {
    const dir = join(temporaryHome(), 'file');
    writeFileSync(dir, '');
    expect(() => prepareHome(dir)).toThrow(/^HOME_UNUSABLE: .*file is a file, not a folder\. Move that file/);
  });
  test('a file on the way to it', () => {
    const file = join(temporaryHome(), 'file');
    writeFileSync(file, '');
    expect(() => prepareHome(join(file, 'a', 'b'))).toThrow(/HOME_UNUSABLE: .*file is a file, not a folder/);
  });
  test('a file in the place of run/', () => {
    const dir = temporaryHome();
    writeFileSync(join(dir, 'run'), '');
    expect(() => prepareHome(dir)).toThrow(/run is a file, not a folder/);
  });
  test('a name that is too long', () => {
    expect(() => prepareHome(join(temporaryHome(), 'x'.repeat(300)))).toThrow(/path is too long/);
  });
  test('links that lead round in a circle', () => {
    const dir = temporaryHome();
    symlinkSync(join(dir, 'a'), join(dir, 'b'));
    symlinkSync(join(dir, 'b'), join(dir, 'a'));
    expect(() => prepareHome(join(dir, 'a', 'home'))).toThrow(/HOME_UNUSABLE: .*circle/);
    expect(() => locateHome(join(dir, 'a', 'home'))).toThrow(/HOME_UNUSABLE: .*circle/);
  });
  test('a system folder where nothing can be made', () => {
    expect(() => prepareHome('/proc/belfry')).toThrow(/^HOME_UNUSABLE: /);
  });
});

describe('the socket', () => {
  test('lies in run/ when its path fits', () => {
    expect(homePaths('/home/ann/.config/Belfry', linux).socket).toBe(
      '/home/ann/.config/Belfry/run/belfry.sock',
    );
  });
  test('moves to a short private folder when the path is longer than the system takes, in bytes', () => {
    const dir = `/${'ü'.repeat(50)}`;
    const socket = homePaths(dir, { ...linux, env: { XDG_RUNTIME_DIR: '/run/user/1000' } }).socket;
    expect(socket).toMatch(/^\/run\/user\/1000\/belfry-[0-9a-f]{16}\/belfry\.sock$/);
    expect(homePaths(`/${'x'.repeat(89)}`, linux).socket).toBe(`/${'x'.repeat(89)}/run/belfry.sock`);
    expect(homePaths(`/${'x'.repeat(91)}`, linux).socket).toMatch(/^\/tmp\/belfry-/);
    expect(homePaths(`/${'x'.repeat(89)}`, { ...linux, platform: 'darwin' }).socket).toMatch(/^\/tmp\//);
  });
  test('is a named pipe on Windows, the same for every spelling of the folder', () => {
    const windows = { ...linux, platform: 'win32' } as const;
    const { socket, db } = homePaths('C:\\Users\\Ann\\Belfry', windows);
    expect(socket).toMatch(/^\\\\\.\\pipe\\belfry-[0-9a-f]{16}$/);
    expect(homePaths('c:\\users\\ann\\belfry', windows).socket).toBe(socket);
    expect(db).toBe('C:\\Users\\Ann\\Belfry\\belfry.db');
  });
  test('of a long home can really be listened to, in a folder for this user only', async () => {
    const temporary = temporaryHome();
    const paths = prepareHome(join(temporaryHome(), 'x'.repeat(120)), {
      ...thisMachine(),
      env: {},
      temporary,
    });
    expect(mode(join(paths.socket, '..'))).toBe('700');
    const server = createServer();
    await new Promise<void>((done) => server.listen(paths.socket, done));
    await new Promise((done) => server.close(done));
  });
  test('is found by a client whose environment is another one', async () => {
    const dir = join(temporaryHome(), 'x'.repeat(120));
    const machine = (folder: string) => ({ ...thisMachine(), env: { XDG_RUNTIME_DIR: folder } });
    const paths = prepareHome(dir, machine(temporaryHome()));
    const client = machine(temporaryHome());
    expect(locateHome(dir, client).socket).not.toBe(paths.socket);
    const startedAt = '2026-11-22T09:00:00.000Z';
    const lock = await takeHome(paths, {
      pid: 1,
      startedAt,
      mode: 'headless',
      socket: paths.socket,
      version: '1',
    });
    expect(locateHome(dir, client).socket).toBe(paths.socket);
    lock.release();
  });
  test('is refused in a folder that is not ours', () => {
    const temporary = temporaryHome();
    const dir = join(temporaryHome(), 'x'.repeat(120));
    const machine = { ...thisMachine(), env: {}, temporary };
    mkdirSync(dir);
    const { socket } = locateHome(dir, machine);
    symlinkSync(temporaryHome(), join(socket, '..'));
    expect(() => prepareHome(dir, machine)).toThrow(/HOME_UNUSABLE: .*not a folder of this user/);
  });
});
