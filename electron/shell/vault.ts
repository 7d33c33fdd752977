import { safeStorage } from 'electron';
import { BelfryError } from '../../shared/index.ts';
import type { Vault } from '../accounts/index.ts';

/** Secrets sealed by the key store of the system. Plain text, which Chromium falls back to on Linux, is refused. */
export const systemVault: Vault = {
  backend: 'os',
  status() {
    const error = problem();
    return error ? { ok: false, error } : { ok: true };
  },
  async encrypt(text) {
    const error = problem();
    if (error) throw error;
    return safeStorage.encryptString(text).toString('base64');
  },
  async decrypt(sealed) {
    const error = problem();
    if (error) throw error;
    try {
      return safeStorage.decryptString(Buffer.from(sealed, 'base64'));
    } catch (cause) {
      throw unavailable(
        'A secret cannot be opened',
        'It was sealed by another user or on another machine',
        cause,
      );
    }
  },
};

function problem(): BelfryError | undefined {
  if (process.platform === 'linux' && !realBackend())
    return unavailable('Secrets cannot be kept', 'This desktop has no key store, only plain text');
  if (!safeStorage.isEncryptionAvailable())
    return unavailable('Secrets cannot be kept', 'The key store of this system does not answer');
  return undefined;
}

/** `basic_text` seals with a constant; an Electron that does not say what it uses cannot be trusted either. */
function realBackend(): boolean {
  const backend = safeStorage.getSelectedStorageBackend?.() ?? 'unknown';
  return backend !== 'basic_text' && backend !== 'unknown';
}

function unavailable(what: string, why: string, cause?: unknown): BelfryError {
  return new BelfryError({
    code: 'VAULT_UNAVAILABLE',
    what,
    where: 'in the key store of the system',
    why,
    remedy:
      'Unlock or install a key store (GNOME Keyring, KWallet), or choose "key file" for secrets in the settings',
    ...(cause === undefined ? {} : { cause }),
  });
}
