import {
  attentionOf,
  type Bridge,
  type CallOutput,
  type Millis,
  type RunStatus,
  runTransitions,
  type WireError,
} from '../shared/index.ts';
import type { Health } from './api/index.ts';

type Metrics = {
  /** Everything in Prometheus' text format. */
  text(now: Millis): Promise<string>;
  close(): void;
};

/** Counts the runs that the engine announces since its start, and asks it for the rest when someone looks (design §8: /metrics). */
export function createMetrics(bridge: Bridge, startedAt: Millis): Metrics {
  const finished = new Map<RunStatus, number>();
  const close = bridge.subscribe((announcement) => {
    if (announcement.name === 'runs.changed' && runTransitions[announcement.run.status].length === 0) {
      finished.set(announcement.run.status, (finished.get(announcement.run.status) ?? 0) + 1);
    }
  });

  return {
    close,
    async text(now) {
      // Not at each announcement: a thousand jobs that are due together make thousands.
      const status = await bridge.call('status.get', {});
      const lines = [
        ...gauge('belfry_uptime_seconds', 'Seconds since the engine started.', (now - startedAt) / 1000),
        '# HELP belfry_runs_total Runs that ended since the engine started, by status.',
        '# TYPE belfry_runs_total counter',
        ...[...finished].map(([name, count]) => `belfry_runs_total{status="${name}"} ${count}`),
        ...(status.ok ? statusLines(status.value as CallOutput<'status.get'>) : []),
      ];
      return `${lines.join('\n')}\n`;
    },
  };
}

function statusLines(status: CallOutput<'status.get'>): string[] {
  const { counts } = status;
  const attention = attentionOf(status);
  return [
    ...gauge(
      'belfry_scheduler_running',
      '1 while slots are run, 0 while paused.',
      status.scheduler === 'running' ? 1 : 0,
    ),
    ...gauge('belfry_jobs', 'Jobs, built-in ones included.', counts.jobs),
    ...gauge('belfry_jobs_failing', 'Jobs whose last run failed.', counts.failingJobs),
    ...gauge('belfry_runs_running', 'Runs at work now.', status.running.length),
    ...gauge('belfry_posts_queued', 'Posts on their way or waiting for their time.', counts.queuedPosts),
    ...gauge(
      'belfry_posts_need_person',
      'Posts that failed, were missed or are unconfirmed.',
      attention.posts,
    ),
    ...gauge(
      'belfry_accounts_need_person',
      'Accounts that need a sign-in or whose secret cannot be read.',
      attention.accounts,
    ),
    ...gauge('belfry_posts_waiting_for_accounts', 'Queued posts of those accounts.', attention.waitingPosts),
    ...gauge(
      'belfry_healthy',
      '1 while the engine can do its work; else /healthz says why not.',
      status.trouble.length === 0 ? 1 : 0,
    ),
    ...gauge('belfry_warnings', 'Warnings that wait for a person.', attention.warnings),
  ];
}

function gauge(name: string, help: string, value: number): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${value}`];
}

/**
 * What /healthz says (design §8): whether the engine can do its work, and if not, why; the same that `belfry status` shows.
 * What waits for the user is listed separately and is not a failure: a supervisor must not restart an engine for a sign-in.
 */
export async function readHealth(bridge: Bridge, version: string): Promise<Health> {
  const answer = await bridge.call('status.get', {});
  const status = answer.ok ? (answer.value as CallOutput<'status.get'>) : undefined;
  const trouble: WireError[] = answer.ok ? (status?.trouble ?? []) : [answer.error];
  const needsYou = status && attentionOf(status);
  if (trouble.length === 0) return { ok: true, version, needsYou };
  const reasons = trouble.map(({ code, message }) => ({ code, message }));
  return { ok: false, version, reasons, ...(needsYou && { needsYou }) };
}
