import { createHmac, randomBytes } from 'node:crypto';
import { chmod, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BelfryError } from '../../shared/index.ts';

/** A 32-byte key and where it came from, in words; `isFile` = the key file. `id` tells keys apart without giving them away. */
export type Key = { bytes: Buffer; id: string; source: string; isFile?: boolean };

export type KeyPlaces = {
  /** The home folder; the key file in it is `secrets.key`. */
  home: string;
  environment: Readonly<Record<string, string | undefined>>;
  /** Writes a private file (0600) durably, whole or not at all: half a key would lock every secret. */
  write(path: string, text: string): Promise<void>;
};

const remedy = 'Make one with: openssl rand -base64 32';

/**
 * All keys that this machine has, the one for new secrets first: the systemd credential `belfry-key`,
 * the variable BELFRY_KEY, the key file. Throws VAULT_UNAVAILABLE when one of them is there but is no key.
 */
export async function readKeys(places: KeyPlaces): Promise<Key[]> {
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
export async function makeKeyFile(places: KeyPlaces): Promise<Key> {
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
export async function restoreKeyFile(places: KeyPlaces, { bytes }: Pick<Key, 'bytes'>): Promise<void> {
  await places.write(keyFile(places.home), `${bytes.toString('base64')}\n`);
}

/** Where the key file of a home lies. */
export function keyFile(home: string): string {
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
