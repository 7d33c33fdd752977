import { execa } from 'execa';
import { linuxProcesses } from './linux.ts';
import type { Processes } from './port.ts';
import { type Ask, posixProcesses, psEnvironment } from './posix.ts';
import { windowsProcesses } from './windows.ts';

/** A question to the system that takes longer than this, in milliseconds, is given up. */
const patience = 10_000;

const ask: Ask = async (file, args) => {
  const { failed, stdout } = await execa(file, [...args], {
    env: psEnvironment,
    reject: false,
    stdin: 'ignore',
    timeout: patience,
  });
  return failed ? undefined : stdout;
};

/** Processes of the machine that this runs on. */
export function systemProcesses(platform: NodeJS.Platform): Processes {
  if (platform === 'linux') return linuxProcesses();
  return platform === 'win32' ? windowsProcesses(ask) : posixProcesses(ask);
}
