import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../electron/store/database.ts';
import { temporaryHome } from '../support/home.ts';

const part = fileURLToPath(new URL('./live.part.ts', import.meta.url));
const hour = 3_600_000;

type Row = { slot: number; status: string; count: number };

/** A scheduler in a process of its own, whose wall clock begins at `start` and can be set. */
async function live(start: string) {
  const path = join(temporaryHome(), 'belfry.db');
  const child = spawn(process.execPath, [part, path, start], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  async function rows(jobId: string): Promise<Row[]> {
    const { db, close } = openDatabase(path);
    const found = await db
      .selectFrom('runs')
      .selectAll()
      .where('job_id', '=', jobId)
      .orderBy('seq')
      .execute();
    await close();
    return found.map(({ slot, status, gap_count }) => ({ slot: slot ?? 0, status, count: gap_count ?? 1 }));
  }
  return {
    child,
    rows,
    say: (line: string) => child.stdin.write(`${line}\n`),
    async end() {
      child.stdin.write('stop\n');
      await once(child, 'exit');
    },
    /** Waits until a job has as many rows as that. */
    async until(jobId: string, count: number) {
      await expect.poll(async () => (await rows(jobId)).length).toBeGreaterThanOrEqual(count);
    },
  };
}

const short = (rows: Row[]) =>
  rows.map(({ slot, status, count }) => `${new Date(slot).toISOString().slice(11, 16)} ${status} ${count}`);

test('a running scheduler whose clock is set forward over a daylight-saving change, back, and forward again', async () => {
  const it = await live('2026-03-08T06:10:00Z'); // 01:10 in New York; 02:00 does not come
  await it.until('tick', 1);
  it.say(String(hour)); // Nothing hints at it: the next second's slot makes the scheduler look.
  await it.until('half', 2);
  it.say(String(-hour));
  await wait(1500);
  it.say(String(hour + 25 * 60_000));
  it.say('hint'); // The seconds of this hour were handled, so the next look would be 15 s away.
  await it.until('half', 3);
  await it.end();
  expect(short(await it.rows('half'))).toEqual(['06:30 skipped 1', '07:00 queued 1', '07:30 queued 1']);
  expect(short(await it.rows('night'))).toEqual(['07:00 queued 1']);
});

test('a process that is stopped over several slots catches up and says what it left out', async () => {
  const it = await live('2026-11-22T09:00:00Z');
  await it.until('tick', 2);
  const before = (await it.rows('tick')).length;
  it.child.kill('SIGSTOP');
  await wait(4500);
  it.child.kill('SIGCONT');
  await it.until('tick', before + 3);
  await it.end();
  const rows = await it.rows('tick');
  expect(rows.find(({ status }) => status === 'skipped')?.count).toBeGreaterThanOrEqual(2);
  const runs = rows.filter(({ status }) => status === 'queued').map(({ slot }) => slot);
  const seconds = (Math.max(...runs) - Math.min(...rows.map(({ slot }) => slot))) / 1000 + 1;
  expect(
    rows.reduce((sum, { count }) => sum + count, 0),
    'every second is a run or in a record',
  ).toBe(seconds);
  expect(new Set(runs).size).toBe(runs.length);
});
