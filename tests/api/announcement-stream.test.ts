import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import {
  createAnnouncementBuffer,
  createAnnouncementStream,
} from '../../electron/api/announcement-stream.ts';
import type { Announcement, OutputLine, RunView } from '../../shared/index.ts';
import { handClock } from '../support/clock.ts';

const line = (seq: number): OutputLine => ({
  runId: 'r1',
  seq,
  step: 0,
  at: '2026-11-22T09:00:00.000Z',
  stream: 'stdout',
  text: `line ${seq}`,
});
const lines = (...seqs: number[]): Announcement => ({
  name: 'runs.output',
  runId: 'r1',
  lines: seqs.map(line),
});
const run = (id: string, status: RunView['status']): Announcement => ({
  name: 'runs.changed',
  run: {
    id,
    jobId: 'news',
    jobName: 'News',
    cause: 'manual',
    slot: null,
    status,
    attempt: 1,
    createdAt: '2026-11-22T09:00:00.000Z',
    startedAt: null,
    finishedAt: null,
    reason: null,
    gap: null,
    steps: [],
  },
});

/** A stream whose reader takes one write at a time, on request. */
function slowReader() {
  const taken: string[] = [];
  let goOn: () => void = () => {};
  const stream = new Writable({
    highWaterMark: 1,
    decodeStrings: false,
    write(chunk, _encoding, done) {
      taken.push(JSON.parse(String(chunk)).name);
      goOn = done;
    },
  });
  const read = async () => {
    const done = goOn;
    goOn = () => {};
    done();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { stream, taken, read };
}

test('what says the same is kept once, in the order of its first mention', () => {
  const backlog = createAnnouncementBuffer();
  for (const a of [
    { name: 'jobs.changed' } as const,
    run('r1', 'queued'),
    lines(1, 2),
    run('r2', 'running'),
    { name: 'jobs.changed' } as const,
    run('r1', 'running'),
    lines(3),
  ])
    backlog.add(a);
  const taken: Announcement[] = [];
  for (let next = backlog.take(); next; next = backlog.take()) taken.push(next);
  expect(taken).toEqual([
    { name: 'jobs.changed' },
    run('r1', 'running'),
    lines(1, 2, 3),
    run('r2', 'running'),
  ]);
});

test('of many waiting lines the newest are kept, so that the gap shows', () => {
  const backlog = createAnnouncementBuffer();
  for (let seq = 1; seq <= 2000; seq += 1) backlog.add(lines(seq));
  expect(backlog.size()).toBe(1);
  const kept = backlog.take();
  if (kept?.name !== 'runs.output') throw new Error('no output');
  expect(kept.lines).toHaveLength(500);
  expect(kept.lines.at(-1)?.seq).toBe(2000);
});

test('a reader that keeps up gets everything; one that does not gets it collapsed', async () => {
  const { stream, taken, read } = slowReader();
  const push = createAnnouncementStream({ stream, clock: handClock() });
  push({ name: 'jobs.changed' });
  await read();
  push({ name: 'posts.changed' });
  expect(taken).toEqual(['jobs.changed', 'posts.changed']);
  for (let i = 0; i < 100; i += 1) push({ name: 'settings.changed' });
  push({ name: 'status.changed' });
  for (let i = 0; i < 4; i += 1) await read();
  expect(taken.slice(2)).toEqual(['settings.changed', 'status.changed']);
});

test('a reader that reads nothing for half a minute is cut off; one that reads is not', async () => {
  const clock = handClock();
  const { stream, read } = slowReader();
  const push = createAnnouncementStream({ stream, clock });
  push({ name: 'jobs.changed' });
  await clock.advance(29_999);
  await read();
  await clock.advance(60_000);
  expect(stream.destroyed).toBe(false);
  push({ name: 'jobs.changed' });
  await clock.advance(30_000);
  expect(stream.destroyed).toBe(true);
  expect(clock.pending()).toBe(0);
});

test('a reader that a thousand different runs wait for is cut off', () => {
  const { stream } = slowReader();
  const push = createAnnouncementStream({ stream, clock: handClock() });
  for (let i = 0; i <= 1001; i += 1) push(run(`r${i}`, 'running'));
  expect(stream.destroyed).toBe(true);
});
