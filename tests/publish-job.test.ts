import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createApp } from '../electron/app.ts';
import { keepLook } from '../electron/jobs-and-posts.ts';
import { createMasks } from '../electron/runner/index.ts';
import { openDatabase, raiseEpoch } from '../electron/store/database.ts';
import { createRunLedger, createRunReader } from '../electron/store/index.ts';
import { type CallInput, type CallName, type CallOutput, toInstant } from '../shared/index.ts';
import { handClock } from './support/clock.ts';
import { startFakeNetwork } from './support/fake-networks/index.ts';
import { temporaryHome } from './support/home.ts';
import { plainHost } from './support/plain-host.ts';
import { seededRandom } from './support/random.ts';

const id = 'publish_due_posts';
const minute = 60_000;

/** The whole engine by a clock that is moved by hand, with one account. */
async function startWorld(jobs: unknown[] = []) {
  const clock = handClock();
  const network = await startFakeNetwork('mastodon-4.5', { now: clock.now });
  onTestFinished(network.close);
  const home = temporaryHome();
  writeFileSync(join(home, 'config.json'), JSON.stringify({ settings: { secrets: 'key-file' }, jobs }));
  const engine = createApp(plainHost({ home, clock }));
  await engine.start();
  onTestFinished(() => engine.stop({ drainMs: 0 }));
  const call = async <N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> => {
    const answer = await engine.call(name, input);
    if (!answer.ok) throw new Error(`${name}: ${answer.error.message}`);
    return answer.value as CallOutput<N>;
  };
  await call('accounts.add', {
    id: 'me',
    network: 'mastodon',
    server: network.address,
    token: network.token,
  });
  const add = (text: string, at: number) =>
    call('posts.add', { post: { text, accounts: ['me'], publishAt: toInstant(at) } });
  const view = async () => (await call('jobs.get', { id })).view;
  const runs = () => call('runs.list', { jobId: id });
  const texts = () => network.world.visible.map(({ text }) => text);
  /** Moves the clock on by minutes, each whole. */
  const minutes = async (count: number) => {
    for (let passed = 0; passed < count; passed += 1) await clock.advance(minute);
  };
  return { clock, network, call, add, view, runs, texts, minutes };
}

test('the next look is when the next post is due; only a look that did something has a run', async () => {
  const { clock, call, add, view, runs, texts, minutes } = await startWorld();
  await minutes(10);
  expect(await runs()).toEqual([]);
  expect(await view()).toMatchObject({
    id,
    builtin: true,
    enabled: true,
    schedule: 'When a post is due',
    nextRun: null,
    lastRun: null,
    running: false,
  });
  const at = clock.now() + 90_001;
  const post = await add('Hello', at);
  await expect.poll(async () => (await view()).nextRun).toBe(toInstant(at));
  expect(await call('jobs.list', {})).toMatchObject([
    { id, nextRun: toInstant(at) },
    { id: 'refresh_tokens' },
  ]);
  expect((await call('jobs.get', { id })).next).toMatchObject({
    description: 'When a post is due',
    next: [toInstant(at)],
  });
  await clock.advance(90_001);
  await expect.poll(runs).toHaveLength(1);
  expect(texts()).toEqual(['Hello']);
  const [run] = await runs();
  expect(run).toMatchObject({
    jobId: id,
    jobName: 'Publish due posts',
    cause: 'event',
    status: 'success',
    reason: '1 post published',
    startedAt: toInstant(at),
    steps: [{ name: 'Publish', status: 'success' }],
  });
  expect((await view()).lastRun).toMatchObject({ id: run?.id, status: 'success' });
  const lines = await call('runs.output', { id: run?.id ?? '' });
  expect(lines.map(({ text }) => text)).toEqual([
    expect.stringContaining(`post ${post.id}: Published`),
    '1 post published',
  ]);
  await minutes(10);
  expect(await runs()).toHaveLength(1);
});

test('stopping the scheduler and disabling the job hold posts; a run by hand publishes all the same', async () => {
  const { clock, call, add, view, runs, texts, minutes } = await startWorld();
  await call('scheduler.stop', {});
  await add('one', clock.now());
  await minutes(5);
  expect(texts()).toEqual([]);
  expect((await view()).nextRun).toBeNull();
  const run = await call('jobs.run', { id });
  expect(run).toMatchObject({ jobId: id, cause: 'manual' });
  await expect.poll(async () => (await runs())[0]).toMatchObject({ id: run.id, reason: '1 post published' });
  expect(texts()).toEqual(['one']);

  await call('jobs.enable', { id, enabled: false });
  await call('scheduler.start', {});
  await add('two', clock.now());
  await minutes(5);
  expect(texts()).toEqual(['one']);
  expect(await view()).toMatchObject({ enabled: false, nextRun: null });
  await call('jobs.enable', { id, enabled: true });
  await expect.poll(texts).toEqual(['one', 'two']);
});

test('a job that waits for the end of publish_due_posts runs after a look that did something', async () => {
  const after = {
    id: 'after',
    name: 'After',
    triggers: [{ type: 'event', event: 'job', job: id }],
    steps: [{ type: 'command', name: 'Work', command: ['true'] }],
  };
  const { clock, call, add, minutes } = await startWorld([after]);
  await minutes(3);
  expect(await call('runs.list', { jobId: 'after' })).toEqual([]);
  await add('Hello', clock.now());
  await expect
    .poll(async () => (await call('runs.list', { jobId: 'after' })).map(({ reason }) => reason))
    .toEqual([`The job "${id}" ended with success.`]);
});

test('what a look says is kept without secrets, as the output of every run is', async () => {
  const { db, close } = openDatabase(join(temporaryHome(), 'belfry.db'));
  onTestFinished(close);
  const ledger = createRunLedger(db, await raiseEpoch(db), seededRandom(1).id);
  const look = {
    startedAt: 1,
    finishedAt: 2,
    ok: false,
    summary: 'The server said: secret-token',
    lines: [{ at: 1, text: 'One, with secret-token\nand two' }],
  };
  const run = await keepLook(ledger, look, createMasks()(['secret-token']).text);
  expect(run.reason).toBe('The server said: •••');
  expect(run.steps).toMatchObject([{ error: 'The server said: •••' }]);
  const output = await createRunReader(db).output({ id: run.id, limit: 10, tail: false });
  expect(output.map(({ text }) => text)).toEqual(['One, with •••', 'and two', 'The server said: •••']);
});
