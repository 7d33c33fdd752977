import { expect, test } from 'vitest';
import { createMetrics } from '../electron/headless.ts';
import type { Announcement, Bridge } from '../shared/index.ts';
import { status } from './api/world.ts';
import { sampleRun } from './support/window/sample.ts';

test('asks the engine when somebody looks, not at each announcement', async () => {
  const asked: string[] = [];
  const listeners = new Set<(announcement: Announcement) => void>();
  const bridge: Bridge = {
    async call(name) {
      asked.push(name);
      return { ok: true, value: status };
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const metrics = createMetrics(bridge, 0);
  for (let time = 0; time < 1000; time += 1)
    for (const listener of listeners) listener({ name: 'status.changed' });
  expect(asked).toEqual([]);
  expect(await metrics.text(2000)).toMatch(/^belfry_uptime_seconds 2$.*^belfry_jobs \d+$/ms);
  expect(asked).toEqual(['status.get']);
  metrics.close();
  expect(listeners.size).toBe(0);
});

test('names, kinds and labels are those that dashboards were made for', async () => {
  let answer: Awaited<ReturnType<Bridge['call']>> = { ok: true, value: status };
  const listeners = new Set<(announcement: Announcement) => void>();
  const bridge: Bridge = {
    call: async () => answer,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const metrics = createMetrics(bridge, 0);
  for (const name of ['running', 'success', 'success', 'failed'] as const)
    for (const listener of listeners)
      listener({ name: 'runs.changed', run: sampleRun({ id: 'r1', jobId: 'news', status: name }) });
  const text = await metrics.text(1500);
  expect(text.endsWith('\n')).toBe(true);
  const lines = text.split('\n').filter((line) => line !== '');
  expect(lines.slice(0, 7)).toEqual([
    '# HELP belfry_uptime_seconds Seconds since the engine started.',
    '# TYPE belfry_uptime_seconds gauge',
    'belfry_uptime_seconds 1.5',
    '# HELP belfry_runs_total Runs that ended since the engine started, by status.',
    '# TYPE belfry_runs_total counter',
    'belfry_runs_total{status="success"} 2',
    'belfry_runs_total{status="failed"} 1',
  ]);
  expect(lines.filter((line) => line.startsWith('# TYPE')).slice(2)).toEqual(
    [
      'belfry_scheduler_running',
      'belfry_jobs',
      'belfry_jobs_failing',
      'belfry_runs_running',
      'belfry_posts_queued',
      'belfry_posts_need_person',
      'belfry_accounts_need_person',
      'belfry_posts_waiting_for_accounts',
      'belfry_healthy',
      'belfry_warnings',
    ].map((name) => `# TYPE ${name} gauge`),
  );
  for (const line of lines) expect(line).toMatch(/^(# (HELP|TYPE) )?belfry_[a-z_]+(\{status="\w+"\})? .+$/);
  // An engine that does not answer has no status, and old figures are not given for new ones.
  answer = { ok: false, error: { code: 'INTERNAL', message: 'No answer' } };
  expect(await metrics.text(2000)).not.toContain('belfry_jobs');
});
