import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { openStore, prepareHome, readMeta, writeMeta } from '../../electron/store/index.ts';
import { handClock } from '../support/clock.ts';
import { temporaryHome } from '../support/home.ts';

const storeProgram = fileURLToPath(new URL('full-store-child.ts', import.meta.url));
const program = fileURLToPath(new URL('full-disk-child.ts', import.meta.url));

/** Runs the program in a shell that may write files of so many blocks (512 or 1024 bytes, by shell) only. */
function writeWith(blocks: string, path: string, child = program): string {
  return execFileSync(
    'sh',
    ['-c', `ulimit -f ${blocks}; exec "$0" "$1" "$2"`, process.execPath, child, path],
    {
      encoding: 'utf8',
      // What Node keeps of compiled code would be over the limit, and end it by a signal.
      env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1' },
    },
  ).trim();
}

test.skipIf(process.platform === 'win32')(
  'where only a part of config.json can be written, the old one stays, whole',
  () => {
    const home = temporaryHome();
    const path = join(home, 'config.json');
    writeFileSync(path, '{ "jobs": [] }');
    expect(writeWith('2', path)).toMatch(
      /^HOME_UNUSABLE: The configuration cannot be written.*the file is as it was\.$/,
    );
    expect(readFileSync(path, 'utf8')).toBe('{ "jobs": [] }');
    expect(readdirSync(home)).toEqual(['config.json']);
    expect(writeWith('unlimited', path)).toBe('written');
  },
);

test.skipIf(process.platform === 'win32')(
  'where the database can grow no more, that is said, nothing promised is lost, and nothing is taken for damage',
  async () => {
    const paths = prepareHome(temporaryHome());
    const { written, refusal, copy, trouble } = JSON.parse(writeWith('2000', paths.dir, storeProgram));
    expect(written).toBeGreaterThan(5);
    expect(refusal).toMatch(/^DATABASE_UNUSABLE: The database cannot be used.*[Dd]isk/);
    expect(copy).toMatch(/^made$|^DATABASE_UNUSABLE: No copy of the database can be made/);
    expect(trouble).toEqual([]); // A full disk is no loss, and ends when there is room again.
    expect(readdirSync(paths.backups).filter((name) => name.includes('.part'))).toEqual([]);

    const store = await openStore({ home: paths, clock: handClock(), newId: () => 'home-1', log: () => {} });
    onTestFinished(() => store.close());
    expect(store.warnings()).toEqual([]);
    for (let count = 0; count < written; count += 1)
      expect(await readMeta(store.db, `ballast ${count}`)).toHaveLength(20_000);
    await writeMeta(store.db, 'room', 'again');
  },
);
