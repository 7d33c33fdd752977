import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { processesOf, root } from './desktop/index.ts';

export type Answer = { code: number | null; stdout: string; stderr: string };

/** The real `belfry` command on one home folder, as the user at a terminal has it. */
export type Command = {
  (...args: string[]): Promise<Answer>;
  /** The same with `--json`: the document, after checking that it ended well. */
  json<T>(...args: string[]): Promise<T>;
  /** The same, with text on its standard input. */
  fed(stdin: string, ...args: string[]): Promise<Answer>;
};

const cli = join(root, 'dist/electron/cli.cjs');

/** `belfry --home HOME …` in child processes of the running Node. */
export function commandOn(home: string): Command {
  const fed = (stdin: string, ...args: string[]) => toEnd(start(home, args), stdin);
  const command = (...args: string[]) => fed('', ...args);
  return Object.assign(command, {
    fed,
    async json<T>(...args: string[]): Promise<T> {
      const answer = await command('--json', ...args);
      if (answer.code !== 0)
        throw new Error(
          `belfry ${args.join(' ')} ended with ${answer.code}: ${answer.stdout}${answer.stderr}`,
        );
      return JSON.parse(answer.stdout) as T;
    },
  });
}

/** A headless host in the foreground of a child process; killed with all its children when the test ends. */
export type HeadlessHost = {
  child: ChildProcess;
  output(): string;
  exited: Promise<number | null>;
};

/** Starts `belfry run` and waits until it answers. */
export function startHeadless(home: string, ...args: string[]): Promise<HeadlessHost> {
  return startHeadlessIn({}, home, ...args);
}

/** The same with more in its environment. */
export async function startHeadlessIn(
  env: Record<string, string>,
  home: string,
  ...args: string[]
): Promise<HeadlessHost> {
  const child = start(home, ['run', '--port', '0', ...args], env);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  onTestFinished(() => {
    for (const { pid } of processesOf(home)) process.kill(pid, 'SIGKILL');
  });
  const host = { child, output: () => output, exited };
  await until('the headless host answers', async () => {
    if (child.exitCode !== null) throw new Error(`belfry run ended with ${child.exitCode}: ${output}`);
    return (await commandOn(home)('status')).code === 0;
  });
  return host;
}

/** Asks again until the answer is true (or a value); a test's only way to wait for something real to happen. */
export async function until<T>(
  what: string,
  ask: () => Promise<T> | T,
  // Only what hangs is to fail by time.
  withinMs = 120_000,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > deadline) throw new Error(`Did not happen within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function start(home: string, args: string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [cli, '--home', home, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
}

function toEnd(child: ChildProcess, stdin: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin?.on('error', reject);
    child.stdin?.end(stdin);
  });
}
