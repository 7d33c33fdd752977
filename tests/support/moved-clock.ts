import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The wall clock of processes that are started with `env`; their monotonic clock is the real one. */
export type MovedClock = {
  env: Record<string, string>;
  /** Sets the clock, also of processes that run already; from there it goes on. */
  set(instant: string): void;
};

/** A clock kept in `folder` that shows `instant` now; `library` is what `findFaketime` gives. */
export function movedClock(library: string, folder: string, instant: string): MovedClock {
  const file = join(folder, 'clock');
  const set = (to: string) => {
    const seconds = (Date.parse(to) - Date.now()) / 1000;
    // A reader must never see half of it.
    writeFileSync(`${file}.new`, `${seconds < 0 ? '' : '+'}${seconds.toFixed(3)}\n`);
    renameSync(`${file}.new`, file);
  };
  set(instant);
  const env = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    // Node's timers and `performance.now` run on the monotonic clock, which nobody can set on a real machine either.
    DONT_FAKE_MONOTONIC: '1',
    NO_FAKE_STAT: '1',
  };
  return { env, set };
}

/** The library of the Debian package faketime, or undefined when there is none that this Node obeys. */
export function findFaketime(): string | undefined {
  const folders = ['/usr/lib', '/usr/local/lib', '/usr/lib64'].filter((folder) => existsSync(folder));
  return folders
    .flatMap((folder) => [folder, ...readdirSync(folder).map((name) => join(folder, name))])
    .map((folder) => join(folder, 'faketime/libfaketime.so.1'))
    .find((library) => existsSync(library) && isObeyed(library));
}

function isObeyed(library: string): boolean {
  const env = { ...process.env, LD_PRELOAD: library, FAKETIME: '+100d', DONT_FAKE_MONOTONIC: '1' };
  const { stdout } = spawnSync(process.execPath, ['-p', 'Date.now()'], { env, encoding: 'utf8' });
  return Number(stdout) - Date.now() > 99 * 86_400_000;
}
