import { constants, existsSync } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { BelfryError, type Clock, idSchema, type Log } from '../../shared/index.ts';
import type { SealedSecret, SecretsFile } from '../accounts/index.ts';
import { writeDurably } from './durable-file.ts';

const version = 1;
/** An account's id, `app:` and a server for what Belfry is registered as there, or `bucket:` and an account's id. */
const nameSchema = z.union([
  idSchema,
  z.string().regex(/^app:[a-z0-9.:[\]_-]{1,260}$/),
  z.string().regex(/^bucket:[a-z0-9][a-z0-9_-]{0,63}$/),
]);
const fileSchema = z.strictObject({
  version: z.literal(version),
  secrets: z.record(z.string(), z.unknown()),
});
const recordSchema = z.strictObject({
  backend: z.string().min(1).max(64),
  sealed: z.string().min(1).max(1_000_000),
});

/**
 * Secrets on disk: `{ "version": 1, "secrets": { name: { backend, sealed } } }`, ciphertext only, 0600.
 * A file that cannot be understood is copied aside before it is ever written again; its readable records are kept.
 * Reads throw HOME_UNUSABLE when the file is there but may not be read, or comes from a newer Belfry.
 */
export function createSecretsFile(deps: {
  path: string;
  clock: Clock;
  log: Log;
}): SecretsFile & { isThere(): boolean; putBack(): Promise<void> } {
  let loaded: Promise<Map<string, SealedSecret>> | undefined;
  let held = 0;
  let queue: Promise<unknown> = Promise.resolve();

  const load = () => {
    // A failed read must not be remembered: the user may put the file right while Belfry runs.
    loaded ??= read(deps)
      .then((secrets) => {
        held = secrets.size;
        return secrets;
      })
      .catch((error: unknown) => {
        loaded = undefined;
        throw error;
      });
    return loaded;
  };
  /** Changes wait for each other; the copy in memory follows only what is safely on disk. */
  const change = (edit: (secrets: Map<string, SealedSecret>) => boolean): Promise<void> => {
    const work = queue.then(async () => {
      const next = new Map(await load());
      if (!edit(next)) return;
      await write(deps.path, next);
      loaded = Promise.resolve(next);
      held = next.size;
    });
    queue = work.catch(() => undefined); // The caller has the failure; the next change starts afresh.
    return work;
  };

  return {
    get: async (name) => (await load()).get(name),
    put: (name, secret) => change((secrets) => secrets.set(nameSchema.parse(name), { ...secret }) && true),
    /** False when the file was removed after it was read: its secrets are known here only. */
    isThere: () => held === 0 || existsSync(deps.path),
    putBack: () => change(() => true),
    remove: (name) => change((secrets) => secrets.delete(name)),
  };
}

async function read(deps: { path: string; clock: Clock; log: Log }): Promise<Map<string, SealedSecret>> {
  const text = await readText(deps.path);
  if (text === undefined) return new Map();
  const { secrets, complaint } = understand(text, deps.path);
  if (complaint) {
    const aside = await keepAside(deps.path, deps.clock.now());
    deps.log(
      'error',
      'secrets.json was damaged; it is kept aside, accounts that are missing need to sign in',
      {
        aside,
        complaint,
      },
    );
  }
  return secrets;
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw unusable('The secrets cannot be read', path, error, 'Check the rights of the file');
  }
}

function understand(
  text: string,
  path: string,
): { secrets: Map<string, SealedSecret>; complaint: string | null } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { secrets: new Map(), complaint: 'it is not JSON' };
  }
  const newer = z.looseObject({ version: z.number().gt(version) }).safeParse(value);
  if (newer.success) {
    const why = `It has version ${newer.data.version}; this Belfry knows ${version}`;
    throw unusable('The secrets cannot be read', path, why, 'Start the newer Belfry that wrote it');
  }
  const file = fileSchema.safeParse(value);
  if (!file.success) return { secrets: new Map(), complaint: 'it does not have the form of secrets.json' };
  const secrets = new Map<string, SealedSecret>();
  const bad: string[] = [];
  for (const [name, record] of Object.entries(file.data.secrets)) {
    const good = nameSchema.safeParse(name).success ? recordSchema.safeParse(record) : undefined;
    if (good?.success) secrets.set(name, good.data);
    else bad.push(name);
  }
  return { secrets, complaint: bad.length > 0 ? `unreadable records: ${bad.join(', ')}` : null };
}

/** Copies the file to a name of its own; an older copy is never overwritten. */
async function keepAside(path: string, at: number): Promise<string> {
  const stamp = new Date(at).toISOString().replaceAll(':', '-');
  for (let number = 0; ; number += 1) {
    const aside = `${path}.unreadable-${stamp}${number ? `-${number}` : ''}`;
    try {
      await copyFile(path, aside, constants.COPYFILE_EXCL);
      return aside;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') continue;
      throw unusable(
        'The damaged secrets cannot be kept aside',
        aside,
        error,
        'Check the disk and its rights',
      );
    }
  }
}

async function write(path: string, secrets: Map<string, SealedSecret>): Promise<void> {
  const sorted = [...secrets].sort(([a], [b]) => (a < b ? -1 : 1));
  const text = `${JSON.stringify({ version, secrets: Object.fromEntries(sorted) }, null, 2)}\n`;
  const { complaint } = understand(text, path);
  if (complaint !== null)
    throw new BelfryError({
      code: 'TOO_LARGE',
      what: 'The secret cannot be stored',
      where: path,
      why: `Belfry could not read it back (${complaint})`,
      remedy: 'Use a shorter token or key; nothing was changed',
    });
  try {
    await writeDurably(path, text);
  } catch (error) {
    throw unusable(
      'The secrets cannot be stored',
      path,
      error,
      'Check the disk and the rights of the folder',
    );
  }
}

function unusable(what: string, path: string, cause: unknown, remedy: string): BelfryError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new BelfryError({ code: 'HOME_UNUSABLE', what, where: path, why, remedy, cause });
}
