import process from 'node:process';
import { utilityProcess } from 'electron';
import type { HelperProcess } from '../runner/index.ts';

/** Runs the helper's program (see `HelperHost`) on Electron's Node, which the application itself may not be. Never throws. */
export function launchUtilityHelper(program: string, args: readonly string[]): HelperProcess {
  // An empty environment would mean ours.
  const env = { LANG: 'C' };
  const child = utilityProcess.fork(program, [...args], { env, stdio: 'ignore', serviceName: 'Commands' });
  return {
    ended: new Promise((resolve) => {
      child.once('exit', (code) => resolve(`exit code ${code}`));
    }),
    kill: () => endByForce(child.pid),
  };
}

/** Electron's own way to end it is SIGTERM, which the helper leaves to the engine. */
function endByForce(pid: number | undefined): void {
  if (pid === undefined) return; // It has ended, or never began.
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // ESRCH: it ended a moment ago, and nobody has told yet.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
