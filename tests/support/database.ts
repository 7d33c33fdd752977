import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenDatabase, openDatabase } from '../../electron/store/index.ts';

/** The file of a database without content. */
let empty: Buffer | undefined;

/**
 * Opens the database at `path` as the engine does. A new one begins as a copy of an empty one: each step of making the
 * tables waits for the disk.
 */
export function openCopied(path: string): OpenDatabase {
  if (!existsSync(path)) {
    empty ??= makeEmpty();
    writeFileSync(path, empty, { mode: 0o600 });
  }
  return openDatabase(path);
}

function makeEmpty(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'belfry-empty-'));
  try {
    const path = join(folder, 'belfry.db');
    openDatabase(path).raw.close();
    return readFileSync(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
