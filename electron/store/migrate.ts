import type { DatabaseSync } from 'node:sqlite';
import { BelfryError } from '../../shared/index.ts';
import {
  cheaperClaims,
  differences,
  first,
  holds,
  media,
  movedAccounts,
  outputIndex,
  postExtras,
  readingOrder,
  retries,
  runsThatAreOver,
  series,
} from './migrations.ts';

/** SQL that leads from version n to n + 1, in order. Never change one that was released: add another. */
const migrations: readonly string[] = [
  first,
  outputIndex,
  postExtras,
  series,
  media,
  retries,
  movedAccounts,
  holds,
  readingOrder,
  differences,
  cheaperClaims,
  runsThatAreOver,
];

/** The version that this program writes. */
export const newestVersion = migrations.length;

/** Version of the database's tables; 0 for a new file. */
export function versionOf(raw: DatabaseSync): number {
  return Number(raw.prepare('PRAGMA user_version').get()?.['user_version']);
}

/** Brings the database to the newest version, each step whole or not at all. */
export function migrate(raw: DatabaseSync, path: string): void {
  const version = versionOf(raw);
  if (version > newestVersion) {
    throw new BelfryError({
      code: 'DATABASE_UNUSABLE',
      what: `The database has version ${version}`,
      where: path,
      why: `This Belfry knows versions up to ${newestVersion}: a newer one wrote it`,
      remedy: 'Start the newer Belfry',
    });
  }
  migrations.slice(version).forEach((sql, index) => {
    step(raw, `${sql}; PRAGMA user_version = ${version + index + 1};`);
  });
}

function step(raw: DatabaseSync, sql: string): void {
  raw.exec('BEGIN IMMEDIATE');
  try {
    raw.exec(`${sql} COMMIT;`);
  } catch (error) {
    if (raw.isTransaction) raw.exec('ROLLBACK');
    throw error;
  }
}
