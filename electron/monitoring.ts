import { Counter, Gauge, Registry } from 'prom-client';
import {
  attentionOf,
  type Bridge,
  type CallOutput,
  type Millis,
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
  // Registries of our own: prom-client's global one would be shared by two engines in one process.
  const since = new Registry();
  const now = new Registry();
  const uptime = gauge(since, 'belfry_uptime_seconds', 'Seconds since the engine started.');
  const ended = new Counter({
    name: 'belfry_runs_total',
    help: 'Runs that ended since the engine started, by status.',
    labelNames: ['status'],
    registers: [since],
  });
  const gauges = statusGauges.map(({ name, help, read }) => ({ gauge: gauge(now, name, help), read }));
  const close = bridge.subscribe((announcement) => {
    if (announcement.name === 'runs.changed' && runTransitions[announcement.run.status].length === 0)
      ended.inc({ status: announcement.run.status });
  });

  return {
    close,
    async text(at) {
      // Not at each announcement: a thousand jobs that are due together make thousands.
      const status = await bridge.call('status.get', {});
      uptime.set((at - startedAt) / 1000);
      const own = await since.metrics();
      if (!status.ok) return own;
      for (const { gauge, read } of gauges) gauge.set(read(status.value as CallOutput<'status.get'>));
      return `${own}\n${await now.metrics()}`;
    },
  };
}

const statusGauges: readonly {
  name: string;
  help: string;
  read(status: CallOutput<'status.get'>): number;
}[] = [
  {
    name: 'belfry_scheduler_running',
    help: '1 while slots are run, 0 while paused.',
    read: ({ scheduler }) => (scheduler === 'running' ? 1 : 0),
  },
  {
    name: 'belfry_jobs',
    help: 'Jobs, built-in ones included.',
    read: ({ counts }) => counts.jobs,
  },
  {
    name: 'belfry_jobs_failing',
    help: 'Jobs whose last run failed.',
    read: ({ counts }) => counts.failingJobs,
  },
  {
    name: 'belfry_runs_running',
    help: 'Runs at work now.',
    read: ({ running }) => running.length,
  },
  {
    name: 'belfry_posts_queued',
    help: 'Posts on their way or waiting for their time.',
    read: ({ counts }) => counts.queuedPosts,
  },
  {
    name: 'belfry_posts_need_person',
    help: 'Posts that failed, were missed or are unconfirmed.',
    read: (status) => attentionOf(status).posts,
  },
  {
    name: 'belfry_accounts_need_person',
    help: 'Accounts that need a sign-in or whose secret cannot be read.',
    read: (status) => attentionOf(status).accounts,
  },
  {
    name: 'belfry_posts_waiting_for_accounts',
    help: 'Queued posts of those accounts.',
    read: (status) => attentionOf(status).waitingPosts,
  },
  {
    name: 'belfry_healthy',
    help: '1 while the engine can do its work; else /healthz says why not.',
    read: ({ trouble }) => (trouble.length === 0 ? 1 : 0),
  },
  {
    name: 'belfry_warnings',
    help: 'Warnings that need attention.',
    read: (status) => attentionOf(status).warnings,
  },
];

function gauge(registry: Registry, name: string, help: string): Gauge {
  return new Gauge({ name, help, registers: [registry] });
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
