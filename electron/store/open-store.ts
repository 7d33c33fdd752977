import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import {
  BelfryError,
  type Clock,
  inTurn,
  type Log,
  type Millis,
  type Warning,
  wireErrorSchema,
} from '../../shared/index.ts';
import { listCopies, makeCopy } from './copies.ts';
import { type Database, openDatabase, unusable } from './database.ts';
import { raiseEpoch } from './epoch.ts';
import type { HomePaths } from './home-paths.ts';
import { readMeta, writeMeta } from './meta.ts';
import { newestVersion, versionOf } from './migrate.ts';
import { pausedKey, restoreIfDamaged } from './restore.ts';

const day: Millis = 24 * 60 * 60_000;
/** How often it is asked whether a copy is due, in milliseconds; the first time soon after the start. */
const askEvery = 60 * 60_000;
const askFirst = 60_000;

/** The open database of a home folder. */
export type Store = {
  db: Database;
  /** This engine's owner epoch, for `assertEpoch`. */
  epoch: number;
  /** What a person should know: a restored database, copies that cannot be made. */
  warnings(): Warning[];
  /** Whether a restored database waits for a person; nothing may be published then. */
  publishingPaused(): Promise<boolean>;
  /** A person has read the warning with this code; throws NOT_FOUND when there is none to confirm. */
  confirm(code: string): Promise<void>;
  /** Makes a copy of the database now. */
  copyNow(): Promise<void>;
  /** Ends the daily copies and closes the database; can be called twice. */
  close(): Promise<void>;
};

/**
 * Opens belfry.db: checks it, restores it when it is damaged, copies it before a migration and once a day.
 * The caller must own the home (`takeHome`). Throws DATABASE_UNUSABLE.
 */
export async function openStore(needs: { home: HomePaths; clock: Clock; log: Log }): Promise<Store> {
  const { home, clock, log } = needs;
  await attempt(home.db, async () => {
    const restored = await restoreIfDamaged(home, clock.now());
    if (restored) log('error', restored.message);
    if (needsMigration(home.db)) await makeCopy(home.db, home.backups, clock.now());
  });
  const { db, close } = openDatabase(home.db);
  const epoch = await raiseEpoch(db);
  let paused = readWarning(await readMeta(db, pausedKey));
  const copies = startCopies(needs);
  let closing: Promise<void> | undefined;

  return {
    db,
    epoch,
    warnings: () => [paused, copies.problem()].filter((warning) => warning !== undefined),
    publishingPaused: async () => paused !== undefined,
    async confirm(code) {
      if (paused?.code !== code) throw nothingToConfirm(code);
      await writeMeta(db, pausedKey, null);
      log('info', 'The restored database was confirmed; publishing goes on');
      paused = undefined;
    },
    async copyNow() {
      try {
        await copies.make();
      } catch (error) {
        throw noCopy(home, error);
      }
    },
    close() {
      closing ??= copies.stop().then(close);
      return closing;
    },
  };
}

/** Makes a copy whenever the newest one is a day old. */
function startCopies({ home, clock, log }: { home: HomePaths; clock: Clock; log: Log }) {
  let cancel = clock.setTimer(askFirst, ask);
  const turn = inTurn();
  let stopped = false;
  let problem: Warning | undefined;

  function ask(): void {
    void makeIfDue().finally(() => {
      if (!stopped) cancel = clock.setTimer(askEvery, ask);
    });
  }

  async function makeIfDue(): Promise<void> {
    try {
      if (isDue(home, clock.now())) await make();
      problem = undefined;
    } catch (error) {
      const wire = noCopy(home, error).toWire();
      if (wire.message !== problem?.message) log('warn', wire.message);
      problem = wire;
    }
  }

  function make(): Promise<void> {
    return turn(async () => {
      await makeCopy(home.db, home.backups, clock.now());
    });
  }

  return {
    make,
    problem: () => problem,
    stop() {
      stopped = true;
      cancel();
      return turn(async () => {});
    },
  };
}

/** A newest copy from the future means that the clock was set back since: then another one is due. */
function isDue(home: HomePaths, now: Millis): boolean {
  const [newest] = listCopies(home.backups, now);
  return !newest || now - newest.at >= day || newest.at > now;
}

function noCopy(home: HomePaths, error: unknown): BelfryError {
  return unusable(home.backups, error, 'No copy of the database can be made');
}

function needsMigration(path: string): boolean {
  if (!existsSync(path)) return false;
  const raw = new DatabaseSync(path, { timeout: 5000 });
  try {
    const version = versionOf(raw);
    return version > 0 && version < newestVersion;
  } finally {
    raw.close();
  }
}

function readWarning(text: string | undefined): Warning | undefined {
  return text === undefined ? undefined : wireErrorSchema.parse(JSON.parse(text));
}

async function attempt(path: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    throw error instanceof BelfryError ? error : unusable(path, error);
  }
}

function nothingToConfirm(code: string): BelfryError {
  return new BelfryError({
    code: 'NOT_FOUND',
    what: `There is no warning "${code}" to confirm`,
    where: 'in the database',
    why: 'It was confirmed before, or it goes away by itself when its cause is put right',
    remedy: 'Look at the warnings with `belfry status`',
  });
}
