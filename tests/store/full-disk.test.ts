import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryHome } from '../support/home.ts';

const program = fileURLToPath(new URL('full-disk-child.ts', import.meta.url));

/** Runs the program in a shell that may write files of so many blocks (512 or 1024 bytes, by shell) only. */
function writeWith(blocks: string, path: string): string {
  return execFileSync(
    'sh',
    ['-c', `ulimit -f ${blocks}; exec "$0" "$1" "$2"`, process.execPath, program, path],
    {
      encoding: 'utf8',
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
