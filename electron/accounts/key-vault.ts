import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { chmod, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BelfryError } from '../../shared/index.ts';
import type { Vault } from './deps.ts';

/** A vault whose key Belfry holds itself; `source` says in words where the key for new secrets comes from. */
export type KeyVault = Vault & {
  readonly backend: 'key-file';
  source(): string;
  file: {
    path: string;
    /** False when the key file was removed or emptied after it was read: its key is known here only. */
    isThere(): boolean;
    putBack(): Promise<void>;
  };
};

const cipher = 'aes-256-gcm';
const version = 'v1';

/**
 * Opens the vault of hosts without a key store of the system: AES-256-GCM (NIST SP 800-38D), a nonce of
 * 96 random bits per record. A record is `v1.<key id>.<nonce>.<ciphertext>.<tag>` in base64url.
 * Never throws: `status()` reports a key that cannot be used. The key file is made when first needed.
 */
export async function openKeyVault(places: KeyPlaces): Promise<KeyVault> {
  let keys: Key[] = [];
  let broken: BelfryError | undefined;
  const hide = (key: Key) => places.knownSecrets.add(key.bytes.toString('base64'));
  try {
    keys = await readKeys(places);
    for (const key of keys) hide(key);
  } catch (error) {
    if (!(error instanceof BelfryError)) throw error;
    broken = error;
  }
  // Two first secrets at the same moment must not make two keys.
  let making: Promise<Key> | undefined;
  const keyForNew = async (): Promise<Key> => {
    if (broken) throw broken;
    const [first] = keys;
    if (first) return first;
    making ??= makeKeyFile(places).then((key) => {
      keys = [key];
      hide(key);
      return key;
    });
    try {
      return await making;
    } finally {
      making = undefined;
    }
  };

  const inFile = () => keys.find(({ isFile }) => isFile);
  const path = keyFile(places.home);

  return {
    backend: 'key-file',
    status: () => (broken ? { ok: false, error: broken } : { ok: true }),
    source: () => keys[0]?.source ?? 'a key file that is made when the first secret is stored',
    file: {
      path,
      isThere: () => inFile() === undefined || isWritten(path),
      async putBack() {
        const key = inFile();
        if (key) await restoreKeyFile(places, key);
      },
    },
    encrypt: async (text) => seal(text, await keyForNew()),
    async decrypt(sealed) {
      if (broken) throw broken;
      return unseal(sealed, keys);
    },
  };
}

function isWritten(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true && found.size > 0;
}

function seal(text: string, key: Key): string {
  const nonce = randomBytes(12);
  const box = createCipheriv(cipher, key.bytes, nonce);
  box.setAAD(header(key.id));
  const hidden = Buffer.concat([box.update(text, 'utf8'), box.final()]);
  const parts = [nonce, hidden, box.getAuthTag()].map((part) => part.toString('base64url'));
  return [version, key.id, ...parts].join('.');
}

function unseal(sealed: string, keys: readonly Key[]): string {
  const [format, keyId = '', nonce = '', hidden = '', tag = '', ...rest] = sealed.split('.');
  if (format !== version || rest.length > 0) throw damaged();
  const key = keys.find((candidate) => candidate.id === keyId);
  if (!key) throw otherKey(keys);
  try {
    const box = createDecipheriv(cipher, key.bytes, Buffer.from(nonce, 'base64url'), { authTagLength: 16 });
    box.setAAD(header(keyId));
    box.setAuthTag(Buffer.from(tag, 'base64url'));
    return Buffer.concat([box.update(Buffer.from(hidden, 'base64url')), box.final()]).toString('utf8');
  } catch (cause) {
    throw damaged(cause);
  }
}

function header(keyId: string): Buffer {
  return Buffer.from(`belfry secret ${version} ${keyId}`);
}

function otherKey(keys: readonly Key[]): BelfryError {
  const have = keys.map((key) => key.source).join(', ');
  return new BelfryError({
    code: 'VAULT_UNAVAILABLE',
    what: 'A secret cannot be read',
    where: 'in secrets.json',
    why: have
      ? `It was sealed with another key than the one in ${have}`
      : 'The key that sealed it is missing',
    remedy:
      'Put the old key back (systemd credential belfry-key, BELFRY_KEY or secrets.key), or add the account again',
  });
}

function damaged(cause?: unknown): BelfryError {
  return new BelfryError({
    code: 'VAULT_UNAVAILABLE',
    what: 'A secret cannot be read',
    where: 'in secrets.json',
    why: 'It was changed or damaged after it was sealed',
    remedy: 'Restore secrets.json from a copy, or add the account again',
    cause,
  });
}

/** A 32-byte key and where it came from, in words; `isFile` = the key file. `id` tells keys apart without giving them away. */
type Key = { bytes: Buffer; id: string; source: string; isFile?: boolean };

type KeyPlaces = {
  /** The home folder; the key file in it is `secrets.key`. */
  home: string;
  environment: Readonly<Record<string, string | undefined>>;
  /** Writes a private file (0600) durably, whole or not at all: half a key would lock every secret. */
  write(path: string, text: string): Promise<void>;
  /** Texts that must never be shown or stored in the clear: the keys are added to them. */
  knownSecrets: Set<string>;
};

const remedy = 'Make one with: openssl rand -base64 32';

/**
 * All keys that this machine has, the one for new secrets first: the systemd credential `belfry-key`,
 * the variable BELFRY_KEY, the key file. Throws VAULT_UNAVAILABLE when one of them is there but is no key.
 */
async function readKeys(places: KeyPlaces): Promise<Key[]> {
  const credentials = places.environment['CREDENTIALS_DIRECTORY'];
  const variable = places.environment['BELFRY_KEY'];
  const keys = [
    credentials ? await keyInFile(join(credentials, 'belfry-key'), 'the systemd credential belfry-key') : [],
    variable ? [parseKey(variable, 'the variable BELFRY_KEY')] : [],
  ];
  const inFile = await keyInFile(keyFile(places.home), `the key file ${keyFile(places.home)}`);
  return [...keys.flat(), ...inFile.map((key) => ({ ...key, isFile: true }))];
}

/** Makes the key file, readable by this user only. */
async function makeKeyFile(places: KeyPlaces): Promise<Key> {
  const path = keyFile(places.home);
  const text = `${randomBytes(32).toString('base64')}\n`;
  try {
    await places.write(path, text);
  } catch (cause) {
    throw unavailable('The key file cannot be written', path, cause, 'Check the rights of the home folder');
  }
  return { ...parseKey(text, `the key file ${path}`), isFile: true };
}

/** The key file as it was read or made, to write it again. */
async function restoreKeyFile(places: KeyPlaces, { bytes }: Pick<Key, 'bytes'>): Promise<void> {
  await places.write(keyFile(places.home), `${bytes.toString('base64')}\n`);
}

/** Where the key file of a home lies. */
function keyFile(home: string): string {
  return join(home, 'secrets.key');
}

async function keyInFile(path: string, source: string): Promise<Key[]> {
  try {
    const text = await readFile(path, 'utf8');
    await tighten(path);
    return [parseKey(text, source)];
  } catch (error) {
    if (error instanceof BelfryError) throw error;
    if (isMissing(error)) return [];
    throw unavailable('The key cannot be read', path, error, 'Check the rights of the file');
  }
}

/** Takes away what others may do with the key file; a credential of systemd is read-only and already private. */
async function tighten(path: string): Promise<void> {
  if (process.platform === 'win32' || !path.endsWith('secrets.key')) return;
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0) await chmod(path, 0o600);
}

function parseKey(text: string, source: string): Key {
  const trimmed = text.trim();
  const bytes = /^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed) ? Buffer.from(trimmed, 'base64') : undefined;
  if (bytes?.length !== 32) {
    throw unavailable('There is no key', source, 'It must be the base64 form of 32 bytes', remedy);
  }
  const id = createHmac('sha256', bytes).update('belfry key id').digest('base64url').slice(0, 8);
  return { bytes, id, source };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

function unavailable(what: string, where: string, cause: unknown, todo: string): BelfryError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new BelfryError({ code: 'VAULT_UNAVAILABLE', what, where: `in ${where}`, why, remedy: todo, cause });
}
