import { type ChildProcess, spawn } from 'node:child_process';

/** A virtual screen for X11 programs: `name` is what goes into DISPLAY. */
export type Display = { name: string; stop(): Promise<void> };

/** Starts Xvfb on a display number that it picks itself, so that several can run side by side. */
export async function startDisplay(): Promise<Display> {
  const args = ['-displayfd', '3', '-screen', '0', '1400x900x24', '-nolisten', 'tcp', '-noreset'];
  const child = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  const number = await firstLine(child, 3, 'Xvfb');
  return { name: `:${number}`, stop: () => end(child) };
}

/** The first line that the child writes to file descriptor `fd`; rejects when it ends before. */
export function firstLine(child: ChildProcess, fd: number, name: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    let errors = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    child.stdio[fd]?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')).trim());
    });
    child.on('error', (error) => reject(new Error(`${name} could not be started: ${error.message}`)));
    child.on('exit', (code) => reject(new Error(`${name} ended at once (${code}): ${errors}`)));
  });
}

/** Ends a helper program and waits until it is gone. */
export function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
