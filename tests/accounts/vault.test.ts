import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { openKeyVault } from '../../electron/accounts/index.ts';
import { writeDurably } from '../../electron/store/durable-file.ts';
import { createSecretsFile } from '../../electron/store/secrets-file.ts';
import type { BelfryError } from '../../shared/index.ts';
import { handClock } from '../support/clock.ts';
import { temporaryHome } from '../support/home.ts';
import { loopback, whoAmI } from './server.ts';
import { openAccounts } from './world.ts';

const key = (byte: number) => Buffer.alloc(32, byte).toString('base64');
const open = (home: string, environment: Record<string, string> = {}, knownSecrets = new Set<string>()) =>
  openKeyVault({ home, environment, write: writeDurably, knownSecrets });
const refusal = (work: Promise<unknown>): Promise<BelfryError> =>
  work.then(
    () => {
      throw new Error('was not refused');
    },
    (error: BelfryError) => error,
  );

describe('the key vault', () => {
  test('seals and opens any text; the same text never looks the same twice', async () => {
    const vault = await open(temporaryHome());
    for (const text of ['', 'token', 'Grüße 🗼\0\n', 'x'.repeat(100_000)]) {
      const sealed = await vault.encrypt(text);
      expect(await vault.encrypt(text)).not.toBe(sealed);
      expect(await vault.decrypt(sealed)).toBe(text);
    }
  });

  test('makes its key file on first use, for this user only, and finds it again', async () => {
    const home = temporaryHome();
    const known = new Set<string>();
    const vault = await open(home, {}, known);
    expect(existsSync(join(home, 'secrets.key'))).toBe(false);
    const sealed = await Promise.all([vault.encrypt('a'), vault.encrypt('b')]);
    expect(statSync(join(home, 'secrets.key')).mode & 0o777).toBe(0o600);
    expect(readdirSync(home)).toEqual(['secrets.key']);
    const knownLater = new Set<string>();
    const later = await open(home, {}, knownLater);
    expect(await Promise.all(sealed.map((text) => later.decrypt(text)))).toEqual(['a', 'b']);
    // So that output can be cleaned of it, whether it was made or read.
    const text = readFileSync(join(home, 'secrets.key'), 'utf8').trim();
    expect([[...known], [...knownLater]]).toEqual([[text], [text]]);
  });

  test('a key file that others may read is closed to them', async () => {
    const home = temporaryHome();
    writeFileSync(join(home, 'secrets.key'), key(1));
    chmodSync(join(home, 'secrets.key'), 0o644);
    await open(home);
    expect(statSync(join(home, 'secrets.key')).mode & 0o777).toBe(0o600);
  });

  test('the systemd credential comes before BELFRY_KEY, and that before the key file; old keys still open', async () => {
    const home = temporaryHome();
    const credentials = join(home, 'credentials');
    mkdirSync(credentials);
    writeFileSync(join(credentials, 'belfry-key'), `${key(3)}\n`);
    const withFile = await (await open(home)).encrypt('file');
    const withVariable = await (await open(home, { BELFRY_KEY: key(2) })).encrypt('variable');
    const all = await open(home, { BELFRY_KEY: key(2), CREDENTIALS_DIRECTORY: credentials });
    const withCredential = await all.encrypt('credential');

    expect(all.source()).toBe('the systemd credential belfry-key');
    expect(await all.decrypt(withFile)).toBe('file');
    expect(await all.decrypt(withVariable)).toBe('variable');
    const only = await open(temporaryHome(), { BELFRY_KEY: key(3) });
    expect(await only.decrypt(withCredential)).toBe('credential');
  });

  test('another key, or none, is reported with its remedy', async () => {
    const sealed = await (await open(temporaryHome(), { BELFRY_KEY: key(1) })).encrypt('secret');
    const other = await refusal((await open(temporaryHome(), { BELFRY_KEY: key(2) })).decrypt(sealed));
    expect(other.code).toBe('VAULT_UNAVAILABLE');
    expect(other.message).toContain('sealed with another key than the one in the variable BELFRY_KEY');
    expect(other.message).toContain('Put the old key back');
    const home = temporaryHome();
    const none = await refusal((await open(home)).decrypt(sealed));
    expect(none.message).toContain('The key that sealed it is missing');
    expect(existsSync(join(home, 'secrets.key'))).toBe(false);
  });

  test('every change of a record is noticed', async () => {
    const vault = await open(temporaryHome());
    const sealed = await vault.encrypt('secret token');
    const changed = [...sealed].flatMap((letter, at) => {
      const put = letter === 'A' ? 'B' : 'A';
      return letter === '.' ? [] : [sealed.slice(0, at) + put + sealed.slice(at + 1)];
    });
    const results = await Promise.allSettled(changed.map((text) => vault.decrypt(text)));
    const opened = results.filter((result) => result.status === 'fulfilled');
    // The last character of a base64url part may carry unused bits; the secret must then be untouched.
    expect(opened.every((result) => result.value === 'secret token')).toBe(true);
    expect(opened.length).toBeLessThan(5);
    for (const text of ['', 'v1', sealed.slice(0, -30), `${sealed}.x`, sealed.replace('v1', 'v2')])
      expect((await refusal(vault.decrypt(text))).code).toBe('VAULT_UNAVAILABLE');
    const [a, b, c, d, e] = sealed.split('.');
    const shortTag = [a, b, c, d, e?.slice(0, 6)].join('.');
    expect((await refusal(vault.decrypt(shortTag))).code).toBe('VAULT_UNAVAILABLE');
  });

  test.each(['', 'short', key(1).slice(4), 'ü'.repeat(43), `${key(1)}${key(1)}`])(
    'a key file holding "%s" is refused, kept, and never replaced',
    async (text) => {
      const home = temporaryHome();
      writeFileSync(join(home, 'secrets.key'), text);
      const vault = await open(home);
      expect(vault.status()).toMatchObject({ ok: false, error: { code: 'VAULT_UNAVAILABLE' } });
      expect((await refusal(vault.encrypt('x'))).message).toContain('openssl rand -base64 32');
      expect(readFileSync(join(home, 'secrets.key'), 'utf8')).toBe(text);
    },
  );
});

describe('secrets.json', () => {
  const file = (home: string, logged: unknown[] = []) =>
    createSecretsFile({
      path: join(home, 'secrets.json'),
      clock: handClock(),
      log: (...line) => void logged.push(line),
    });
  const record = { backend: 'key-file', sealed: 'abc' };

  test('keeps records for this user only, and finds them again', async () => {
    const home = temporaryHome();
    const secrets = file(home);
    await Promise.all([secrets.put('b', record), secrets.put('a', { backend: 'os', sealed: 'x' })]);
    await secrets.remove('nothing');
    expect(statSync(join(home, 'secrets.json')).mode & 0o777).toBe(0o600);
    expect(readdirSync(home)).toEqual(['secrets.json']);
    expect(JSON.parse(readFileSync(join(home, 'secrets.json'), 'utf8'))).toEqual({
      version: 1,
      secrets: { a: { backend: 'os', sealed: 'x' }, b: record },
    });
    expect(await file(home).get('b')).toEqual(record);
    await secrets.remove('b');
    expect(await file(home).get('b')).toBeUndefined();
  });

  test('what could not be read back is not written', async () => {
    const home = temporaryHome();
    await file(home).put('a', record);
    const put = file(home).put('b', { backend: 'os', sealed: 'x'.repeat(1_000_001) });
    await expect(put).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect(await file(home).get('a')).toEqual(record);
    expect(readdirSync(home)).toEqual(['secrets.json']);
  });

  test.each(['', 'null', '[1,2]', '{"version":1', '{"version":1,"secrets":[]}', '{"secrets":{}}', '\0\0\0'])(
    'damaged as %j it is kept aside before it is written again',
    async (text) => {
      const home = temporaryHome();
      const logged: unknown[] = [];
      writeFileSync(join(home, 'secrets.json'), text);
      const secrets = file(home, logged);
      await secrets.put('a', record);
      const aside = readdirSync(home).find((name) => name.includes('unreadable'));
      expect(readFileSync(join(home, aside ?? ''), 'utf8')).toBe(text);
      expect(await file(home).get('a')).toEqual(record);
      expect(logged).toHaveLength(1);
    },
  );

  test('one bad record does not cost the others', async () => {
    const home = temporaryHome();
    const text = JSON.stringify({
      version: 1,
      secrets: { good: record, bad: { sealed: 7 }, 'No Id': record },
    });
    writeFileSync(join(home, 'secrets.json'), text);
    expect(await file(home).get('good')).toEqual(record);
    expect(await file(home).get('bad')).toBeUndefined();
    const asides = readdirSync(home).filter((name) => name.includes('unreadable'));
    expect(asides.length).toBe(2);
  });

  test('a file of a newer Belfry is left alone', async () => {
    const home = temporaryHome();
    writeFileSync(join(home, 'secrets.json'), '{"version":2,"secrets":{},"more":1}');
    const error = await refusal(file(home).put('a', record));
    expect(error.message).toContain('Start the newer Belfry');
    expect(readFileSync(join(home, 'secrets.json'), 'utf8')).toContain('"more":1');
    rmSync(join(home, 'secrets.json'));
  });

  test('what cannot be stored is not remembered either, and a later try works', async () => {
    const home = temporaryHome();
    const secrets = file(home);
    mkdirSync(join(home, 'secrets.json.new'));
    expect((await refusal(secrets.put('a', record))).code).toBe('HOME_UNUSABLE');
    expect(await secrets.get('a')).toBeUndefined();
    rmSync(join(home, 'secrets.json.new'), { recursive: true });
    await secrets.put('a', record);
    expect(await secrets.get('a')).toEqual(record);
  });
});

test('a killed process loses no record that it called safe, and leaves none half written', async () => {
  const home = temporaryHome();
  const path = join(home, 'secrets.json');
  let safe = 0;
  for (let round = 0; round < 8; round += 1) {
    const script = fileURLToPath(new URL('./secrets-child.ts', import.meta.url));
    const child = spawn(process.execPath, [script, path, String(safe + 1)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout.on('data', (text: Buffer) => {
      safe = Number(text.toString().trim().split('\n').at(-1));
      // The next write is under way; where in it the kill falls differs from round to round.
      setTimeout(() => child.kill('SIGKILL'), round);
    });
    await new Promise((resolve) => child.on('close', resolve));
    const written = JSON.parse(readFileSync(path, 'utf8')).secrets;
    const counts = Object.values(written).map((record) =>
      Number.parseInt((record as { sealed: string }).sealed, 10),
    );
    expect(Math.max(...counts)).toBeGreaterThanOrEqual(safe);
    safe = Math.max(...counts);
  }
  expect(safe).toBeGreaterThan(7);
  expect(readdirSync(home).filter((name) => name.includes('unreadable'))).toEqual([]);
});

describe('tokens on disk', () => {
  const ada = { id: '17', username: 'ada' };

  test('a record moved to another account is refused', async () => {
    const home = temporaryHome();
    const server = await loopback(whoAmI({ a: ada, b: { id: '2', username: 'bo' } }));
    const { accounts, needs } = await openAccounts(home);
    await accounts.add({ id: 'a', network: 'mastodon', server: server.url, token: 'a' });
    await accounts.add({ id: 'b', network: 'mastodon', server: server.url, token: 'b' });
    const path = join(home, 'secrets.json');
    const content = JSON.parse(readFileSync(path, 'utf8'));
    content.secrets.b = content.secrets.a;
    writeFileSync(path, JSON.stringify(content));

    const later = await openAccounts(home, { config: needs.config });
    const error = await refusal(later.accounts.token('b'));
    expect(error.message).toContain('made for another account');
    expect(await later.accounts.list()).toMatchObject([
      { id: 'a', status: 'ready' },
      { id: 'b', status: 'locked' },
    ]);
  });

  test('with another key the account is locked, not lost, and adding it again heals it', async () => {
    const home = temporaryHome();
    const server = await loopback(whoAmI({ a: ada }));
    const { accounts, needs } = await openAccounts(home);
    await accounts.add({ id: 'a', network: 'mastodon', server: server.url, token: 'a' });
    writeFileSync(join(home, 'secrets.key'), key(9));

    const later = await openAccounts(home, { config: needs.config });
    await later.accounts.start();
    expect([...later.knownSecrets]).toEqual([]);
    expect(await later.accounts.list()).toMatchObject([{ id: 'a', status: 'locked' }]);
    expect((await refusal(later.accounts.token('a'))).code).toBe('VAULT_UNAVAILABLE');
    expect((await refusal(later.accounts.verify('a'))).code).toBe('VAULT_UNAVAILABLE');
    await later.accounts.add({ network: 'mastodon', server: server.url, token: 'a' });
    expect(await later.accounts.list()).toMatchObject([{ id: 'a', status: 'ready' }]);
  });

  test('start opens every token, so that output can be cleaned of it', async () => {
    const home = temporaryHome();
    const server = await loopback(whoAmI({ 'tok-a': ada }));
    const { accounts, needs } = await openAccounts(home);
    await accounts.add({ id: 'a', network: 'mastodon', server: server.url, token: 'tok-a' });
    const later = await openAccounts(home, { config: needs.config });
    expect([...later.knownSecrets]).toEqual([]);
    await later.accounts.start();
    expect([...later.knownSecrets]).toEqual(['tok-a']);
  });

  test('a record of a key store that this host lacks names the host that has it', async () => {
    const home = temporaryHome();
    const { accounts, needs } = await openAccounts(home, {
      accounts: [{ id: 'a', network: 'mastodon', server: 'https://m.example', handle: '', remoteId: '' }],
    });
    await needs.secrets.put('a', { backend: 'os', sealed: 'x' });
    expect((await refusal(accounts.token('a'))).message).toContain('in the desktop application only');
  });
});
