import { expect, test } from 'vitest';
import { type Alert, createAlerts, decide, mostSaid } from '../../electron/alerts/index.ts';
import type { RunView } from '../../shared/index.ts';
import { handClock } from '../support/clock.ts';

const run = (status: RunView['status'], jobId = 'news') => ({
  kind: 'run' as const,
  run: { jobId, jobName: jobId, status, reason: 'step "Ingest" ended with 1', gap: null },
});

function listen() {
  const clock = handClock();
  const heard: Alert[] = [];
  const alerts = createAlerts({ notify: (alert) => heard.push(alert), clock });
  return { heard, clock, ...alerts };
}

test('a failing job is told once until it recovers', () => {
  const { heard, tell, close } = listen();
  for (const status of ['failed', 'failed', 'timed-out', 'success', 'failed'] as const) tell(run(status));
  close();
  expect(heard.map((alert) => alert.title)).toEqual(['news failed', 'news failed']);
});

test('one job says nothing for another', () => {
  const { heard, tell, close } = listen();
  tell(run('failed', 'news'));
  tell(run('success', 'trends'));
  tell(run('failed', 'news'));
  tell(run('failed', 'trends'));
  close();
  expect(heard.map((alert) => alert.title)).toEqual(['news failed', 'trends failed']);
});

test('success, skips and cancellations are no news', () => {
  const { heard, tell, close } = listen();
  for (const status of ['success', 'skipped', 'cancelled', 'queued', 'running'] as const) tell(run(status));
  close();
  expect(heard).toEqual([]);
});

test('a missed gap is told with its size', () => {
  const { heard, tell, close } = listen();
  const gap = { count: 12, first: '2026-11-22T02:00:00.000Z', last: '2026-11-22T08:00:00.000Z' };
  tell({ kind: 'run', run: { jobId: 'news', jobName: 'News', status: 'missed', reason: 'too late', gap } });
  close();
  expect(heard).toEqual([{ title: 'News missed 12 runs', body: 'too late', page: 'runs' }]);
});

test('an account is told once until it is ready again', () => {
  const { heard, tell, close } = listen();
  const dead = { kind: 'account' as const, accountId: 'a', handle: '@a', reason: 'The token was revoked.' };
  tell(dead);
  tell(dead);
  tell({ kind: 'account-ready', accountId: 'a' });
  tell(dead);
  close();
  expect(heard).toHaveLength(2);
  close();
  expect(heard[0]?.page).toBe('accounts');
});

test('an account that will need its owner is told once, and once more after it was signed in', () => {
  const { heard, tell, close } = listen();
  const ending = { kind: 'account-ending' as const, accountId: 'a', handle: '@a', reason: 'It ends soon.' };
  tell(ending);
  tell(ending);
  close();
  expect(heard).toEqual([{ title: 'The sign-in to @a ends soon', body: 'It ends soon.', page: 'accounts' }]);
  tell({ kind: 'account-ready', accountId: 'a' });
  tell(ending);
  close();
  expect(heard).toHaveLength(2);
});

test('an unconfirmed post is put as a question', () => {
  const { heard, tell, close } = listen();
  tell({ kind: 'post', postId: 'p', account: 'a', status: 'unconfirmed', reason: 'No answer came.' });
  close();
  expect(heard[0]).toEqual({ title: 'Was this post published?', body: 'a: No answer came.', page: 'posts' });
});

test('a post that fails again after a retry is told again; an address that does not work is told once', () => {
  const { heard, tell, close } = listen();
  const post = (status: 'failed' | 'address') =>
    ({ kind: 'post', postId: 'p', account: 'a', status, reason: 'No.' }) as const;
  for (const status of ['failed', 'failed', 'address', 'address'] as const) tell(post(status));
  close();
  expect(heard.map(({ title }) => title)).toEqual([
    'A post failed',
    'A post failed',
    'A post cannot go out as it is',
  ]);
});

test('what was told is not remembered for ever', () => {
  let said: ReadonlySet<string> = new Set();
  const tell = (post: number, status: 'failed' | 'address') => {
    const fact = { kind: 'post', postId: `p${post}`, account: 'a', status, reason: 'No.' } as const;
    ({ said } = decide(said, fact));
  };
  for (let post = 0; post < mostSaid + 5; post += 1) {
    tell(post, 'failed');
    tell(post, 'address');
  }
  expect(said.size).toBe(mostSaid);
  expect([...said].at(-1)).toBe(`address:p${mostSaid + 4}:a`);
});

const ids = (count: number) => Array.from({ length: count }, (_, n) => `job-${n}`);

test('what happens to many at once is told as one', async () => {
  const { heard, tell, clock } = listen();
  for (const id of ids(1000)) tell(run('interrupted', id));
  tell({ kind: 'account', accountId: 'ada', handle: '@ada', reason: 'The token was refused.' });
  expect(heard).toEqual([]);
  await clock.advance(1000);
  expect(heard).toEqual([
    {
      title: '1000 jobs did not run as they should',
      body: 'job-0 interrupted; job-1 interrupted; job-2 interrupted; and 997 more.',
      page: 'runs',
    },
    expect.objectContaining({ title: 'Sign in to @ada again' }),
  ]);
});

test('a few are told one by one, a moment after the last, and at the latest ten seconds after the first', async () => {
  const { heard, tell, clock } = listen();
  for (const id of ids(5)) tell(run('failed', id));
  await clock.advance(999);
  expect(heard).toEqual([]);
  await clock.advance(1);
  expect(heard.map(({ title }) => title)).toEqual(ids(5).map((id) => `${id} failed`));
  heard.length = 0;
  for (let n = 0; n < 12; n += 1) {
    tell(run('failed', `trickle-${n}`));
    await clock.advance(900);
  }
  expect(heard.map(({ title }) => title)).toEqual(['12 jobs did not run as they should']);
});

test('nothing that is still gathered is lost at the end', async () => {
  const { heard, tell, clock, close } = listen();
  tell(run('failed', 'news'));
  close();
  tell(run('failed', 'trends'));
  expect(heard.map(({ title }) => title)).toEqual(['news failed', 'trends failed']);
  expect(clock.pending()).toBe(0);
});
