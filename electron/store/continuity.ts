import {
  type BigIntStats,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { z } from 'zod';
import {
  BelfryError,
  type Clock,
  instantSchema,
  type Log,
  toInstant,
  type WireError,
} from '../../shared/index.ts';
import { assertEpoch, type Database, readMeta, writeMeta } from './database.ts';
import { writeDurably } from './durable-file.ts';
import { isMissing, reasonOf } from './file-errors.ts';
import { locateHome } from './home.ts';
import type { HomePaths } from './home-paths.ts';
import { isOwned } from './owner.ts';

/** What tells a file from its copies: its number in the file system and when it was made (nanoseconds; null = not kept). */
const fileIdentitySchema = z.object({ ino: z.string(), birth: z.string().nullable() });
type FileIdentity = z.infer<typeof fileIdentitySchema>;

/**
 * Linux file systems that may give a file another number at each mount, by statfs(2)'s f_type: FUSE (also virtiofs),
 * CIFS and SMB, 9p, FAT, exFAT, VirtualBox and Parallels shares (include/uapi/linux/magic.h and the drivers).
 */
const renumbering = new Set([
  0x65735546, 0xff534d42, 0xfe534d42, 0x517b, 0x01021997, 0x4d44, 0x2011bab0, 0x786f4256, 0x7c7c6673,
]);

/** The identity of the file at `path`; undefined when there is none, or its file system does not keep numbers. */
export function identityOf(path: string): FileIdentity | undefined {
  const found = statOf(path);
  if (!found || !keepsNumbers(path)) return undefined;
  return { ino: String(found.ino), birth: birthOf(found) };
}

/** Whether numbers of files say anything where `path` lies. */
export function keepsNumbers(path: string): boolean {
  return process.platform !== 'linux' || !renumbering.has(statfsSync(path).type >>> 0);
}

/** Whether two paths lead to one file. */
function isOneFile(a: string, b: string): boolean {
  const [first, second] = [statOf(a), statOf(b)];
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev;
}

/**
 * Whether `found` is certainly another file than the one `recorded`. Linux gives the number of a deleted file to the next
 * one, and no program can choose when a file was made, so there the birth decides where it is known; macOS and Windows
 * never give a number twice, and tools set the birth.
 */
export function isOtherFile(
  recorded: FileIdentity,
  found: FileIdentity,
  platform: NodeJS.Platform = process.platform,
): boolean {
  const byBirth = platform !== 'darwin' && platform !== 'win32' && recorded.birth !== null && found.birth;
  return byBirth ? recorded.birth !== found.birth : recorded.ino !== found.ino;
}

function statOf(path: string): BigIntStats | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false });
}

/** Without a time of birth the system says 0, or the last change of the file's state. */
function birthOf({ birthtimeNs, ctimeNs }: BigIntStats): string | null {
  return birthtimeNs === 0n || birthtimeNs === ctimeNs ? null : String(birthtimeNs);
}

const key = 'continuity';

/** What the database says of itself: `generation` is raised at each start, soon after something happened to a post, and at each orderly end. */
const ledgerSchema = z.object({
  home: z.string(),
  generation: z.int(),
  /** The last raise was an orderly end. */
  ended: z.boolean(),
  /** The file at the last start; null where files cannot be distinguished. */
  file: fileIdentitySchema.nullable(),
});
type Ledger = z.infer<typeof ledgerSchema>;

/**
 * The same, kept outside the home, for this user on this machine. Its generation is one that the database was known to
 * have on the disk when it was written, so it is never ahead of a database that only crashed.
 */
const recordSchema = z.object({
  home: z.string(),
  generation: z.int(),
  dir: z.string(),
  file: fileIdentitySchema.nullable(),
  at: instantSchema,
});
type HomeRecord = z.infer<typeof recordSchema>;

/** What is found at a start. */
export type Findings = {
  ledger: Ledger;
  record: HomeRecord | undefined;
  dir: string;
  file: FileIdentity | undefined;
  /** The database that lies where the record says, when that is another file than this. */
  original: { file: FileIdentity | undefined; runs: boolean } | undefined;
};

/**
 * Why this database is certainly an older or a second copy of a home, as a sentence; undefined when nothing says so.
 * Device numbers, host names and machine ids are no evidence: they change by themselves over reboots and in containers.
 */
export function copyEvidence({ ledger, record, dir, file, original }: Findings): string | undefined {
  if (record && record.generation > ledger.generation)
    return `Belfry worked on a later state of this home until ${record.at}, in ${record.dir}`;
  if (record?.file && record.dir !== dir && original?.file && !isOtherFile(record.file, original.file))
    return original.runs
      ? `Another Belfry runs on the home that this is a copy of, in ${record.dir}`
      : `The home that this is a copy of is still there, in ${record.dir}`;
  const isLatest = ledger.ended && record?.generation === ledger.generation;
  if (ledger.file && file && isOtherFile(ledger.file, file) && !isLatest)
    return 'The database is another file than the one that Belfry worked on last';
  return undefined;
}

type ContinuityDeps = {
  home: HomePaths;
  db: Database;
  epoch: number;
  clock: Clock;
  log: Log;
  newId(): string;
  /** Folder outside the home for what must not go back with it; undefined = none. */
  stateFolder?: string | undefined;
};

/** Knows whether a database is the latest state of its home. */
type Continuity = {
  /** The evidence of a copy that was found at the start. */
  evidence: string | undefined;
  /** Raises the generation if something happened to a post; gives evidence of another copy that has gone on meanwhile. */
  check(): Promise<string | undefined>;
  /** This database is the one to go on with, whatever else there is. */
  confirm(): Promise<void>;
  /** Call before the database is closed, and what it gives after that. */
  end(): Promise<() => Promise<void>>;
};

/** `held`: publishing is paused already; the record outside then waits for `confirm`, since another home may own it. */
export async function openContinuity(deps: ContinuityDeps, held: boolean): Promise<Continuity> {
  const { home, db, clock, log } = deps;
  const folder = deps.stateFolder && isOutside(home.dir, deps.stateFolder) ? deps.stateFolder : undefined;
  const file = identityOf(home.db) ?? null;
  const found = await readLedger(db);
  let ledger: Ledger = found ?? { home: deps.newId(), generation: 0, ended: false, file: null };
  const path = folder && join(folder, `${ledger.home}.json`);
  let unwritable = '';
  let written = -1;
  let seen = await newestChange(db);

  const recordNow = () => (path ? readRecord(path, log) : undefined);
  const raise = async (ended: boolean, least = 0) => {
    const next = { ...ledger, generation: Math.max(ledger.generation, least) + 1, ended, file };
    await db.transaction().execute(async (trx) => {
      await assertEpoch(trx, deps.epoch);
      await writeMeta(trx, key, JSON.stringify(next));
    });
    ledger = next;
  };
  const write = async (generation: number) => {
    written = generation;
    if (!path || !folder) return;
    const record = { home: ledger.home, generation, dir: home.dir, file, at: toInstant(clock.now()) };
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      await writeDurably(path, `${JSON.stringify(record, null, 2)}\n`);
      unwritable = '';
    } catch (error) {
      if (unwritable !== reasonOf(error))
        log('info', `No record of this home can be kept at ${path}: ${reasonOf(error)}`);
      unwritable = reasonOf(error);
    }
  };

  const record = recordNow();
  const evidence =
    found && !held
      ? copyEvidence({
          ledger,
          record,
          dir: home.dir,
          file: file ?? undefined,
          original: record && originalOf(record, home),
        })
      : undefined;
  let isHeld = held || evidence !== undefined;
  if (!isHeld) {
    const known = ledger.generation;
    await raise(false);
    await write(known);
    if (folder) forgetOthers(folder, ledger.home, home.dir, log);
  }

  return {
    evidence,
    async check() {
      if (isHeld) return undefined;
      const other = recordNow();
      if (other && other.generation > ledger.generation) {
        isHeld = true;
        return `Belfry goes on with another copy of this home, in ${other.dir}`;
      }
      if (written < ledger.generation) await write(ledger.generation);
      const newest = await newestChange(db);
      if (newest === seen) return undefined;
      await raise(false);
      seen = newest;
      return undefined;
    },
    async confirm() {
      await raise(false, recordNow()?.generation);
      await write(ledger.generation);
      isHeld = false;
    },
    async end() {
      if (isHeld) return async () => {};
      await raise(true);
      return () => write(ledger.generation);
    },
  };
}

/** The warning that keeps publishing paused for a copy of a home. */
export function copyWarning(home: HomePaths, reason: string, now: number): WireError {
  return new BelfryError({
    code: 'NEEDS_PERSON',
    what: 'This home is a copy, or was put back from a backup',
    where: `at ${home.dir} on ${toInstant(now)}`,
    why: `${reason}. Posts that wait here may have been published already, or may be published by the other`,
    remedy:
      'Publishing is paused: if this is the home to go on with, end the other one, cancel here what is published already, then confirm this warning (`belfry confirm NEEDS_PERSON`)',
    field: 'database',
  }).toWire();
}

/** Changes with each thing that happens to a post. */
async function newestChange(db: Database): Promise<number | null> {
  const row = await db
    .selectFrom('target_history')
    .select(({ fn }) => fn.max<number | null>('seq').as('newest'))
    .executeTakeFirst();
  return row?.newest ?? null;
}

async function readLedger(db: Database): Promise<Ledger | undefined> {
  const text = await readMeta(db, key);
  return text === undefined ? undefined : ledgerSchema.parse(JSON.parse(text));
}

/** A record that cannot be read is no evidence. */
function readRecord(path: string, log: Log): HomeRecord | undefined {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (!isMissing(error))
      log('info', `The record of this home at ${path} cannot be read: ${reasonOf(error)}`);
    return undefined;
  }
}

function originalOf(record: HomeRecord, home: HomePaths): Findings['original'] {
  const db = join(record.dir, 'belfry.db');
  if (record.dir === home.dir || !existsSync(db) || isOneFile(db, home.db)) return undefined;
  return { file: identityOf(db), runs: isOwned(locateHome(record.dir)) };
}

/** A home that lies within the folder takes the record along wherever it is copied, which then proves nothing. */
function isOutside(home: string, folder: string): boolean {
  const way = relative(home, folder);
  return way.startsWith('..') || isAbsolute(way);
}

/** Records of homes that were deleted and made anew in the same place (the demonstration) would only pile up. */
function forgetOthers(folder: string, own: string, dir: string, log: Log): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (name !== `${own}.json` && name.endsWith('.json') && readRecord(path, log)?.dir === dir)
      rmSync(path, { force: true });
  }
}
