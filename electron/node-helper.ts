import { type ChildProcess, spawn } from 'node:child_process';
import type { HelperProcess } from './runner/index.ts';

/** Runs the helper's program (see `HelperHost`) on the Node that runs us. Never throws. */
export function launchNodeHelper(program: string, args: readonly string[]): HelperProcess {
  let child: ChildProcess;
  try {
    child = spawn(process.execPath, [program, ...args], { env: {}, stdio: 'ignore' });
  } catch (error) {
    return { ended: Promise.resolve(String(error)), kill: () => {} };
  }
  return {
    ended: new Promise((resolve) => {
      child.once('error', (error) => resolve(String(error)));
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    }),
    kill: () => void child.kill('SIGKILL'),
  };
}
