import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const pipelineFolder = fileURLToPath(new URL('../../docs/examples/feed-pipeline/', import.meta.url));

export type Ended = { code: number | null; stdout: string; stderr: string };

/** Runs a step of the feed pipeline as Belfry does: a real process, in `cwd`. `onLine` sees each line as it is printed; `killAfterMs` kills it. */
export function feed(
  cwd: string,
  args: readonly string[],
  onLine: (line: string, kill: () => void) => void = () => undefined,
  killAfterMs?: number,
): Promise<Ended> {
  const child = spawn(process.execPath, [`${pipelineFolder}feed.mjs`, ...args], { cwd });
  if (killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const line of text.split('\n').filter(Boolean)) onLine(line, () => child.kill('SIGKILL'));
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}
