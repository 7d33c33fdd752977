import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import {
  BelfryError,
  type Clock,
  inTurn,
  type Log,
  type Millis,
  toWireError,
  type Warning,
  wireErrorSchema,
} from '../../shared/index.ts';
import { copyWarning, openContinuity } from './continuity.ts';
import { listCopies, makeCopy } from './copies.ts';
import { type Database, openDatabase, raiseEpoch, readMeta, unusable, writeMeta } from './database.ts';
import { makeShrinkable } from './free-space.ts';
import { type Guard, guardDatabase } from './guard.ts';
import type { HomePaths } from './home-paths.ts';
import { newestVersion, versionOf } from './migrations.ts';
import { pausedKey, restoreIfDamaged } from './restore.ts';

const day: Millis = 24 * 60 * 60_000;
/** How often the files of the database are looked at, in milliseconds. */
const checkEvery: Millis = 10_000;
/** How often it is asked whether a copy is due, in milliseconds; the first time soon after the start. */
const askEvery = 60 * 60_000;
const askFirst = 60_000;

type StoreDeps = {
  home: HomePaths;
  clock: Clock;
  log: Log;
  /** Makes the home's own id. */
  newId(): string;
  /** Folder outside the home for what must not go back with it; left out = older copies are known by their file alone. */
  stateFolder?: string | undefined;
};

/** The open database of a home folder. */
export type Store = {
  db: Database;
  /** This engine's owner epoch, for `assertEpoch`. */
  epoch: number;
  /** What the user should know: a lost, restored or copied database, copies that cannot be made. */
  warnings(): Warning[];
  /** Those of the warnings that keep work from being done: the database was lost, or publishing is paused. */
  trouble(): Warning[];
  /** The database was lost while it was open: nothing more can be stored before the next start. */
  lost(): boolean;
  /** Whether a restored or copied database waits for the user, or is lost; nothing may be published then. */
  publishingPaused(): Promise<boolean>;
  /** The user has read the warning with this code; throws NOT_FOUND when there is none to confirm. */
  confirm(code: string): Promise<void>;
  /** Calls `listener` when publishing was paused or the database was lost while it was open. */
  onTrouble(listener: (trouble: Warning) => void): void;
  /** Makes a copy of the database now. */
  copyNow(): Promise<void>;
  /** Ends the daily copies and closes the database; can be called twice. */
  close(): Promise<void>;
};

/**
 * Opens belfry.db: checks it, restores it when it is damaged, copies it before a migration and once a day, and watches
 * over it while it is open. The caller must own the home (`takeHome`). Throws DATABASE_UNUSABLE.
 */
export async function openStore(deps: StoreDeps): Promise<Store> {
  const { home, clock, log } = deps;
  await attempt(home.db, async () => {
    const restored = await restoreIfDamaged(home, clock.now());
    if (restored) log('error', restored.message);
    if (needsMigration(home.db)) await makeCopy(home.db, home.backups, clock.now());
  });
  const listeners: ((trouble: Warning) => void)[] = [];
  const notify = (trouble: Warning) => {
    for (const listener of listeners) listener(trouble);
  };
  let guard: Guard | undefined;
  const opened = openDatabase(home.db, (error) => guard?.failed(error));
  const { db } = opened;
  makeShrinkable(opened.raw, home.db, log);
  const epoch = await raiseEpoch(db);
  const watch = guardDatabase({ home, clock, log, raw: opened.raw, lost: notify });
  guard = watch;
  let paused = readWarning(await readMeta(db, pausedKey));
  const continuity = await openContinuity({ ...deps, db, epoch }, paused !== undefined);
  if (continuity.evidence !== undefined) await pause(continuity.evidence);
  const copies = startCopies(deps, () => watch.lost() === undefined);
  let closing: Promise<void> | undefined;
  let cancelTick = clock.setTimer(checkEvery, onTick);
  let checking: Promise<void> = Promise.resolve();
  let tickProblem = '';

  async function pause(evidence: string): Promise<void> {
    paused = copyWarning(home, evidence, clock.now());
    log('error', paused.message);
    await writeMeta(db, pausedKey, JSON.stringify(paused));
  }

  function onTick(): void {
    checking = checkFiles()
      .then(() => {
        tickProblem = '';
      })
      .catch((error: unknown) => {
        // A full disk is said by whoever cannot work because of it; the next tick tries again.
        const { message } = toWireError(error);
        if (message !== tickProblem) log('warn', message);
        tickProblem = message;
      })
      .finally(() => {
        if (!closing) cancelTick = clock.setTimer(checkEvery, onTick);
      });
  }

  async function checkFiles(): Promise<void> {
    watch.check();
    if (watch.lost()) return;
    await copies.firstCopy(db);
    const evidence = await continuity.check();
    if (evidence === undefined) return;
    await pause(evidence);
    if (paused) notify(paused);
  }

  /** Without the note the next start looks for what came due meanwhile, as after a crash. */
  function endUnnoted(error: unknown): undefined {
    log('warn', 'The orderly end of Belfry could not be noted', { reason: toWireError(error).message });
  }

  async function shut(): Promise<void> {
    cancelTick();
    await checking;
    await copies.stop();
    watch.check();
    await watch.rescued();
    const noteEnd = watch.lost() ? undefined : await continuity.end().catch(endUnnoted);
    await opened.close();
    watch.release();
    await noteEnd?.();
  }

  const trouble = () => [watch.lost()?.toWire(), paused].filter((warning) => warning !== undefined);
  return {
    db,
    epoch,
    warnings: () => [...trouble(), copies.problem()].filter((warning) => warning !== undefined),
    trouble,
    lost: () => watch.lost() !== undefined,
    publishingPaused: async () => trouble().length > 0,
    async confirm(code) {
      if (paused?.code !== code) throw nothingToConfirm(code);
      await continuity.confirm();
      await writeMeta(db, pausedKey, null);
      log('info', 'The database was confirmed; publishing goes on');
      paused = undefined;
    },
    onTrouble: (listener) => void listeners.push(listener),
    async copyNow() {
      try {
        await copies.make();
      } catch (error) {
        throw noCopy(home, error);
      }
    },
    close() {
      closing ??= shut();
      return closing;
    },
  };
}

/** Makes a copy whenever the newest one is a day old, and the first one as soon as there is something to lose. */
function startCopies({ home, clock, log }: StoreDeps, isSound: () => boolean) {
  let cancel = clock.setTimer(askFirst, ask);
  const turn = inTurn();
  let stopped = false;
  let problem: Warning | undefined;
  let hasAny = false;

  function ask(): void {
    void makeIfDue().finally(() => {
      if (!stopped) cancel = clock.setTimer(askEvery, ask);
    });
  }

  async function makeIfDue(): Promise<void> {
    if (!isSound()) return;
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
    async firstCopy(db: Database) {
      if (hasAny) return;
      if (listCopies(home.backups, clock.now()).length === 0) {
        if (!(await isWorthKeeping(db))) return;
        await makeIfDue();
      }
      hasAny = true; // What could not be copied is tried again by the hour, and warned of.
    },
    problem: () => problem,
    stop() {
      stopped = true;
      cancel();
      return turn(async () => {});
    },
  };
}

/** Whether the database holds anything but what a start writes into it. */
async function isWorthKeeping(db: Database): Promise<boolean> {
  for (const table of ['posts', 'series', 'runs'] as const)
    if (await db.selectFrom(table).select('id').limit(1).executeTakeFirst()) return true;
  return false;
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
