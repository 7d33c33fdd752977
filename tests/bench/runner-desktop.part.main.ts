// An Electron application that measures the runner inside the main process: `electron FOLDER HELPER-PROGRAM REPORT`.
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { app } from 'electron';
import { launchUtilityHelper } from '../../electron/shell/index.ts';
import { type Hold, hundredAtOnce } from './runner.part.ts';

export type Report = { plain: Hold; heavy: Hold; helperMiB: number };

const [program = '', path = ''] = process.argv.slice(-2);

async function main(): Promise<void> {
  await app.whenReady();
  let helperMiB = 0;
  const launch = (args: readonly string[]) => launchUtilityHelper(program, args);
  const look = setInterval(() => {
    helperMiB = Math.max(helperMiB, memoryOfHelper());
  }, 100);
  const plain = await hundredAtOnce(launch);
  clearInterval(look);
  const ballast = Buffer.alloc(500 * 1024 * 1024, 1);
  const heavy = await hundredAtOnce(launch);
  const report: Report = { plain, heavy, helperMiB };
  writeFileSync(path, JSON.stringify(report));
  app.exit(ballast.length > 0 ? 0 : 1);
}

/** Proportional set size, so that shared pages count once (proc(5), smaps). */
function memoryOfHelper(): number {
  const pid = app.getAppMetrics().find(({ name }) => name === 'Commands')?.pid;
  const rollup = pid === undefined ? '' : readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) / 1024;
}

void main();
