import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { makeShrinkable } from '../../electron/store/free-space.ts';
import { temporaryHome } from '../support/home.ts';

const program = fileURLToPath(new URL('free-space-child.ts', import.meta.url));
const rows = 2000;

/** A database of an older version, which cannot give space back: some 8 MB in `rows` rows. */
function oldDatabase(): string {
  const path = join(temporaryHome(), 'belfry.db');
  const raw = new DatabaseSync(path);
  raw.exec('PRAGMA journal_mode = WAL; CREATE TABLE kept (id INTEGER PRIMARY KEY, bytes BLOB)');
  raw.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
    INSERT INTO kept SELECT i, randomblob(4000) FROM n`);
  raw.close();
  return path;
}

/** What the database holds, as one hash-like text, and whether SQLite finds it sound. */
function contentOf(path: string) {
  const raw = new DatabaseSync(path);
  try {
    return {
      sound: raw.prepare('PRAGMA integrity_check').get()?.['integrity_check'],
      rows: raw.prepare('SELECT count(*) AS count FROM kept').get()?.['count'],
      ends: raw.prepare('SELECT hex(group_concat(substr(bytes, 1, 8))) AS ends FROM kept').get()?.['ends'],
    };
  } finally {
    raw.close();
  }
}

function autoVacuum(path: string): unknown {
  const raw = new DatabaseSync(path);
  try {
    return raw.prepare('PRAGMA auto_vacuum').get()?.['auto_vacuum'];
  } finally {
    raw.close();
  }
}

/** Kills the program once the -wal has grown to `share` of the database; true when it was still at work. */
async function killedAt(path: string, share: number): Promise<boolean> {
  const enough = statSync(path).size * share;
  const child = spawn(process.execPath, [program, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const [first] = await once(child.stdout, 'data');
  expect(String(first)).toContain('begun');
  const walSize = () => statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  while (child.exitCode === null && walSize() < enough) await pause(1);
  child.kill('SIGKILL');
  return (await ended)[1] === 'SIGKILL';
}

describe('a database that is written anew', () => {
  test('keeps everything when it is killed at any point, and is finished by the next start', async () => {
    const path = oldDatabase();
    const before = contentOf(path);
    expect(before).toMatchObject({ sound: 'ok', rows });
    let killed = 0;
    for (const share of [0, 0.05, 0.3, 0.6, 0.9]) {
      if (autoVacuum(path) === 2) break;
      if (await killedAt(path, share)) killed += 1;
      expect(contentOf(path), `killed at ${share}`).toEqual(before);
    }
    expect(killed).toBeGreaterThan(1);
    const raw = new DatabaseSync(path);
    makeShrinkable(raw, path, () => undefined);
    raw.close();
    expect(autoVacuum(path)).toBe(2);
    expect(contentOf(path)).toEqual(before);
  });

  test('stays as it is where too little is free, says what is missing, and is written anew once there is room', () => {
    const path = oldDatabase();
    const before = contentOf(path);
    const { size } = statSync(path);
    const needed = 2 * size + 64 * 1024 * 1024;
    const said: unknown[] = [];
    const start = (free: number) => {
      const raw = new DatabaseSync(path);
      makeShrinkable(
        raw,
        path,
        (level, message, details) => said.push([level, message, details]),
        () => free,
      );
      raw.close();
    };
    start(needed - 1);
    expect(said).toEqual([
      [
        'warn',
        'The database cannot give space back: too little is free to write it anew',
        { bytes: size, needed, free: needed - 1 },
      ],
    ]);
    expect(autoVacuum(path)).toBe(0);
    start(needed);
    expect(autoVacuum(path)).toBe(2);
    expect(contentOf(path)).toEqual(before);
  });

  test.skipIf(process.platform === 'win32')('stays as it is where it cannot be written, and says so', () => {
    const path = oldDatabase();
    const before = contentOf(path);
    const said = execFileSync(
      'sh',
      ['-c', 'ulimit -f 6000; exec "$0" "$1" "$2"', process.execPath, program, path],
      {
        encoding: 'utf8',
        env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1' },
      },
    );
    expect(said).toContain('"level":"warn","message":"The database cannot give space back"');
    expect(autoVacuum(path)).toBe(0);
    expect(contentOf(path)).toEqual(before);
  });
});
