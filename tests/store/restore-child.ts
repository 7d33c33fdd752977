// Child of restore.test.ts: `node restore-child.ts HOME N` restores the home and dies by kill -9 right before the Nth step
// that copies, renames or syncs a file, or prepares a database; prints how many steps there were when it gets to the end.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { DatabaseSync } from 'node:sqlite';

const last = Number(process.argv[3] ?? Number.POSITIVE_INFINITY);
let calls = 0;

/** Before the `last`-th step the process ends as by a power cut: nothing of ours runs any more. */
function step(): void {
  calls += 1;
  if (calls === last) process.kill(process.pid, 'SIGKILL');
}

for (const name of ['copyFileSync', 'renameSync', 'fsyncSync'] as const) {
  const real = fs[name] as (...args: unknown[]) => unknown;
  Object.assign(fs, {
    [name]: (...args: unknown[]) => {
      step();
      // A copy that is cut off has its first half on the disk.
      if (name === 'copyFileSync' && calls + 1 === last) {
        const bytes = fs.readFileSync(String(args[0]));
        fs.writeFileSync(String(args[1]), bytes.subarray(0, bytes.length / 2));
        step();
      }
      return real(...args);
    },
  });
}
syncBuiltinESMExports();
const { exec } = DatabaseSync.prototype;
DatabaseSync.prototype.exec = function (sql) {
  step();
  return exec.call(this, sql);
};

const { prepareHome } = await import('../../electron/store/home.ts');
const { restoreIfDamaged } = await import('../../electron/store/restore.ts');
const home = prepareHome(process.argv[2] ?? '');
calls = 0;
await restoreIfDamaged(home, Date.parse('2026-11-22T10:00:00Z'));
console.log(calls);
