import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { createRunReader, openDatabase } from '../../electron/store/index.ts';
import type { JobInput } from '../../shared/index.ts';
import { temporaryHome } from '../support/home.ts';
import { seededRandom } from '../support/random.ts';

const program = fileURLToPath(new URL('../support/engine-child.ts', import.meta.url));
const lives = 5;

/** Starts an engine that runs `jobId` again and again, or nothing for ''; resolves when it has begun. */
async function startEngine(home: string, jobId: string) {
  const child = spawn(process.execPath, [program, home, jobId], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return {
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

test('killed at any instant, each end of a job starts the one that waits for it exactly once', async () => {
  const home = temporaryHome();
  const seed = Date.now() % 1_000_000;
  const random = seededRandom(seed);
  const step = { type: 'command' as const, name: 'Work', command: ['true'] };
  const trigger = { type: 'event', event: 'job', job: 'first', outcome: 'any' } as const;
  const jobs: JobInput[] = [
    { id: 'first', name: 'First', steps: [step] },
    { id: 'second', name: 'Second', triggers: [trigger], maxInstances: 100, steps: [step] },
  ];
  // The login shell's PATH would take longer than a life.
  const settings = { path: process.env['PATH'] ?? '' };
  writeFileSync(join(home, 'config.json'), JSON.stringify({ settings, jobs }));
  for (let life = 0; life < lives; life += 1) {
    const engine = await startEngine(home, 'first');
    await new Promise((resolve) => setTimeout(resolve, 300 + random.next() * 600));
    await engine.kill();
  }
  const { db, close } = openDatabase(join(home, 'belfry.db'));
  onTestFinished(close);
  const reader = createRunReader(db);
  const begun = async (jobId: string) =>
    (await reader.list({ jobId, limit: 10_000 })).filter(({ startedAt }) => startedAt !== null).length;
  expect(await begun('first')).toBeGreaterThan(lives);
  await startEngine(home, '');
  const open = async () => (await reader.open()).length;
  await expect.poll(open).toBe(0);
  await expect
    .poll(() => begun('second'), { timeout: 30_000, message: `seed ${seed}` })
    .toBe(await begun('first'));
  await expect.poll(open).toBe(0);
  expect(await begun('second'), `seed ${seed}`).toBe(await begun('first'));
});
