// An Electron application that measures the runner inside the main process: `electron FOLDER HELPER-PROGRAM REPORT`.
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { app } from 'electron';
import { launchUtilityHelper } from '../../electron/shell/helper.ts';
import { hundredAtOnce } from './runner.part.ts';

const [program = '', report = ''] = process.argv.slice(-2);

async function main(): Promise<void> {
  await app.whenReady();
  const launch = (args: readonly string[]) => launchUtilityHelper(program, args);
  const plain = await hundredAtOnce(launch);
  const ballast = Buffer.alloc(500 * 1024 * 1024, 1);
  const heavy = await hundredAtOnce(launch);
  writeFileSync(report, JSON.stringify({ plain, heavy, ballast: ballast.length }));
  app.exit(0);
}

void main();
