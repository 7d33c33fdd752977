import { spawn } from 'node:child_process';
import process from 'node:process';
import { execa } from 'execa';
import type { Result } from './result.ts';
import { holdResults, hundredAtOnce, jobOf, openBench } from './runner.part.ts';

/** Milliseconds per call, `atOnce` side by side. */
async function each(count: number, atOnce: number, work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  let next = 0;
  const worker = async () => {
    for (; next < count; ) {
      next += 1;
      await work();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return (performance.now() - start) / count;
}

const plain = { stdin: 'ignore', buffer: false, cleanup: false } as const;

function rawSpawn([file = '', ...args]: string[]): Promise<unknown> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.resume();
    child.stderr.resume();
    child.on('close', resolve);
  });
}

async function wholeRuns(command: string[], count: number, atOnce: number, goal: number): Promise<Result[]> {
  const job = jobOf('bench', command);
  const bench = await openBench([job]);
  const [file = '', ...args] = command;
  const name = `${command.slice(0, 2).join(' ')}, ${atOnce} at a time`;
  // In turns, so that a machine that slows down meanwhile slows all of them.
  const figures = { raw: [] as number[], execa: [] as number[], belfry: [] as number[] };
  await each(atOnce * 2, atOnce, () => bench.run(job));
  for (let round = 0; round < 4; round += 1) {
    figures.raw.push(await each(count / 4, atOnce, () => rawSpawn(command)));
    figures.execa.push(await each(count / 4, atOnce, () => execa(file, args, plain)));
    figures.belfry.push(await each(count / 4, atOnce, () => bench.run(job)));
  }
  await bench.end();
  const mean = (list: number[]) => list.reduce((sum, figure) => sum + figure, 0) / list.length;
  const value = mean(figures.belfry);
  const base = mean(figures.execa);
  return [
    { name: `raw spawn: ${name}`, value: mean(figures.raw), unit: 'ms' },
    {
      name: `whole run: ${name}`,
      value,
      unit: 'ms',
      baseline: { name: 'plain execa', value: base },
      goal: `≤ ${goal} × plain execa`,
      ok: value <= goal * base,
    },
  ];
}

/** In a process of so many more megabytes. */
async function holdOf(ballastMb: number): Promise<Result[]> {
  const ballast = Buffer.alloc(ballastMb * 1024 * 1024, 1);
  const hold = await hundredAtOnce();
  const name = `longest hold of the loop, 100 jobs at once${ballast.length > 0 ? `, ${ballastMb} MB more` : ''}`;
  return holdResults(name, 20, hold);
}

/** What a run costs beside its process. */
export async function run(): Promise<Result[]> {
  return [
    ...(await wholeRuns(['/bin/true'], 200, 1, 1.6)),
    ...(await wholeRuns(['/bin/true'], 200, 20, 1.6)),
    ...(await wholeRuns([process.execPath, '-e', '0'], 60, 1, 1.1)),
    ...(await wholeRuns([process.execPath, '-e', '0'], 60, 20, 1.1)),
    ...(await holdOf(0)),
    // Last: what was freed slows the forks of the others down for a while.
    ...(await holdOf(500)),
  ];
}
