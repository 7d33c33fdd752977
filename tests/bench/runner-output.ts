import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { takePostLines } from '../../electron/jobs-and-posts.ts';
import { createPostLines } from '../../electron/runner/output/step-results.ts';
import { systemClock } from '../../electron/system.ts';
import { type Result, watchTurns } from './result.ts';
import { jobOf, openBench, watch } from './runner.part.ts';

const million = 1_000_000;
const line = 'x'.repeat(99);
const command = ['/bin/sh', '-c', `yes ${line} | head -n ${million}`];
const megabyte = 1024 * 1024;

/** What the figures stand beside: readline into a bare SQLite insert, a thousand lines per transaction. */
async function bare(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'belfry-bench-'));
  const db = new DatabaseSync(join(folder, 'bare.db'));
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  db.exec('CREATE TABLE lines (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, text TEXT NOT NULL) STRICT');
  const insert = db.prepare('INSERT INTO lines VALUES (?, ?, ?)');
  const start = performance.now();
  const [file = '', ...args] = command;
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let count = 0;
  db.exec('BEGIN');
  for await (const text of createInterface({ input: child.stdout })) {
    count += 1;
    insert.run(count, Date.now(), text);
    if (count % 1000 === 0) db.exec('COMMIT; BEGIN');
  }
  db.exec('COMMIT');
  const took = performance.now() - start;
  db.close();
  rmSync(folder, { recursive: true, force: true });
  return took;
}

async function aMillionLines(): Promise<Result[]> {
  const job = jobOf('lines', command);
  const bench = await openBench([job]);
  await bare();
  await bench.run(job);
  const baseline = { name: 'readline into bare SQLite', value: await bare() };
  const { ms, p99, growth, value } = await watch(() => bench.run(job));
  const [last] = await bench.reader.output({ id: value.id, limit: 1, tail: true });
  await bench.end();
  const whole = last?.seq === million;
  return [
    {
      name: 'a million lines of 100 bytes, all kept',
      value: ms,
      unit: 'ms',
      baseline,
      goal: '≤ 1.5 × that',
      ok: whole && ms <= 1.5 * baseline.value,
    },
    { name: '  memory growth', value: growth, unit: 'MB', goal: '≤ 50 MB', ok: growth <= 50 },
    { name: '  event-loop delay, p99', value: p99, unit: 'ms', goal: '≤ 20 ms', ok: p99 <= 20 },
  ];
}

/** A flood past the limit of a run; `gigabytes` of it. */
async function flood(gigabytes: number): Promise<Result[]> {
  const job = jobOf('flood', ['/bin/sh', '-c', `yes ${line} | head -c ${gigabytes}G`]);
  const warmUp = jobOf('warm-up', ['/bin/true']);
  const bench = await openBench([job, warmUp], { settings: () => ({ outputLimitMiB: 10 }) });
  await bench.run(warmUp);
  const { ms, p99, growth } = await watch(() => bench.run(job));
  const row = bench.raw.prepare('SELECT sum(octet_length(text)) AS bytes FROM output').get();
  await bench.end();
  const kept = Number(row?.['bytes']) / megabyte;
  return [
    { name: `a flood of ${gigabytes} GB`, value: (gigabytes * 1024) / (ms / 1000), unit: 'MB/s' },
    { name: '  kept', value: kept, unit: 'MiB', goal: '≤ 10 MiB and a tenth', ok: kept <= 11 },
    { name: '  memory growth', value: growth, unit: 'MB', goal: '≤ 150 MB, however long', ok: growth <= 150 },
    { name: '  event-loop delay, p99', value: p99, unit: 'ms', goal: '≤ 20 ms', ok: p99 <= 20 },
  ];
}

/** How fast another job's line is seen while one floods. */
async function besideAFlood(): Promise<Result> {
  const jobs = [
    jobOf('flood', ['/bin/sh', '-c', `yes ${line} | head -c 2G`]),
    jobOf('quiet', ['/bin/sh', '-c', 'for i in 1 2 3 4 5 6 7 8 9 10; do date +%s%3N; sleep 0.1; done']),
  ];
  const delays: number[] = [];
  const bench = await openBench(jobs, {
    settings: () => ({ outputLimitMiB: 10 }),
    announceOutput: (_, lines) => {
      for (const { text } of lines) if (/^\d{13}$/.test(text)) delays.push(Date.now() - Number(text));
    },
  });
  await Promise.all(jobs.map((job) => bench.run(job)));
  await bench.end();
  const worst = Math.max(...delays);
  return {
    name: 'from a line’s printing to its announcement beside a flood, worst of ten',
    value: worst,
    unit: 'ms',
    goal: '≤ 500 ms',
    ok: delays.length === 10 && worst <= 500,
  };
}

/** Lines of a step with `"output": "posts"` that are all refused: how long one turn of the event loop is held. */
async function refusedPosts(): Promise<Result[]> {
  const count = 300_000;
  const take = takePostLines({
    add: () => Promise.reject(new Error('None of them is a post')),
    jobOf: async () => undefined,
    mediaFolders: () => [],
  });
  const lines = createPostLines({
    clock: systemClock,
    take: take({ runId: 'run', jobId: 'job', as: 'queued', folder: tmpdir(), limits: {} }),
    origin: 'run/step',
    refused: () => undefined,
    signal: new AbortController().signal,
  });
  const watch = watchTurns();
  const before = process.memoryUsage().heapUsed;
  for (let number = 0; number < count; ) {
    let piece = '';
    while (piece.length < 64 * 1024 && number < count) {
      piece += `{"id":${number},"title":"Nothing that is a post"}\n`;
      number += 1;
    }
    lines.write(piece);
    for (let wait = lines.pressure(); wait; wait = lines.pressure()) await wait;
  }
  await lines.end();
  const { all, longest } = watch();
  const growth = (process.memoryUsage().heapUsed - before) / megabyte;
  return [
    { name: '300,000 refused posts, CPU', value: all, unit: 'ms' },
    {
      name: '  longest turn of the event loop, CPU',
      value: longest,
      unit: 'ms',
      goal: '≤ 20 ms',
      ok: longest <= 20,
    },
    { name: '  memory growth', value: growth, unit: 'MB' },
  ];
}

/** What output costs. */
export async function run(): Promise<Result[]> {
  return [...(await aMillionLines()), ...(await flood(4)), await besideAFlood(), ...(await refusedPosts())];
}
