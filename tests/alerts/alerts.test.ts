import { expect, test } from 'vitest';
import { type Alert, createAlerts } from '../../electron/alerts/index.ts';
import type { RunView } from '../../shared/index.ts';

const run = (status: RunView['status'], jobId = 'news') => ({
  kind: 'run' as const,
  run: { jobId, jobName: jobId, status, reason: 'step "Ingest" ended with 1', gap: null },
});

function listen() {
  const heard: Alert[] = [];
  return { heard, tell: createAlerts((alert) => heard.push(alert)) };
}

test('a failing job is told once until it recovers', () => {
  const { heard, tell } = listen();
  for (const status of ['failed', 'failed', 'timed-out', 'success', 'failed'] as const) tell(run(status));
  expect(heard.map((alert) => alert.title)).toEqual(['news failed', 'news failed']);
});

test('one job says nothing for another', () => {
  const { heard, tell } = listen();
  tell(run('failed', 'news'));
  tell(run('success', 'trends'));
  tell(run('failed', 'news'));
  tell(run('failed', 'trends'));
  expect(heard.map((alert) => alert.title)).toEqual(['news failed', 'trends failed']);
});

test('success, skips and cancellations are no news', () => {
  const { heard, tell } = listen();
  for (const status of ['success', 'skipped', 'cancelled', 'queued', 'running'] as const) tell(run(status));
  expect(heard).toEqual([]);
});

test('a missed gap is told with its size', () => {
  const { heard, tell } = listen();
  const gap = { count: 12, first: '2026-11-22T02:00:00.000Z', last: '2026-11-22T08:00:00.000Z' };
  tell({ kind: 'run', run: { jobId: 'news', jobName: 'News', status: 'missed', reason: 'too late', gap } });
  expect(heard).toEqual([{ title: 'News missed 12 runs', body: 'too late', page: 'runs' }]);
});

test('an account is told once until it is ready again', () => {
  const { heard, tell } = listen();
  const dead = { kind: 'account' as const, accountId: 'a', handle: '@a', reason: 'The token was revoked.' };
  tell(dead);
  tell(dead);
  tell({ kind: 'account-ready', accountId: 'a' });
  tell(dead);
  expect(heard).toHaveLength(2);
  expect(heard[0]?.page).toBe('accounts');
});

test('an unconfirmed post is put as a question', () => {
  const { heard, tell } = listen();
  tell({ kind: 'post', postId: 'p', account: 'a', status: 'unconfirmed', reason: 'No answer came.' });
  expect(heard[0]).toEqual({ title: 'Was this post published?', body: 'a: No answer came.', page: 'posts' });
});
