import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
export const program = join(root, 'dist/electron/cli.cjs');
export const bin = join(root, 'electron/dev/belfry.mjs');

/** Has the package's bin build the command line when it is missing or older than its sources; `npm test` has done that already. */
export function build(): void {
  const { status, stderr } = spawnSync(process.execPath, [bin, '--version'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`The command line could not be built: ${stderr}`);
}

export type Ended = { code: number | null; signal: string | null; out: string; err: string };

/** Starts the built command in a process of its own; `ended` resolves when it is gone. */
export function start(
  args: readonly string[],
  { input = '', env = {}, node = process.execPath, script = program } = {},
) {
  const child = spawn(node, [script, ...args], { env: { ...process.env, ...env }, cwd: '/' });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    err += text;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, out, err }));
  });
  return { child, ended, written: () => out };
}
