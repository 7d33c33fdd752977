import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { BelfryError } from '../../shared/index.ts';
import { type Key, type KeyPlaces, keyFile, makeKeyFile, readKeys, restoreKeyFile } from './key-source.ts';
import type { Vault } from './ports.ts';

/** A vault whose key Belfry holds itself; `source` says in words where the key for new secrets comes from. */
export type KeyVault = Vault & {
  readonly backend: 'key-file';
  source(): string;
  /** The keys as text, so that they can be hidden in output; never to be shown. */
  keys(): readonly string[];
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
 * Never throws: a key that cannot be used is told by `status()`. The key file is made when first needed.
 */
export async function openKeyVault(places: KeyPlaces): Promise<KeyVault> {
  let keys: Key[] = [];
  let broken: BelfryError | undefined;
  try {
    keys = await readKeys(places);
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
    keys: () => keys.map((key) => key.bytes.toString('base64')),
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
