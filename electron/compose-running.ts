import { type Job, type RunView, toInstant, type Warning } from '../shared/index.ts';
import type { Fact } from './alerts/index.ts';
import type { Announcer } from './api/index.ts';
import type { Ground } from './compose-ground.ts';
import type { Posting } from './compose-posting.ts';
import { createDuePosts } from './due-posts.ts';
import type { Host } from './host.ts';
import { takePostLines } from './pipeline-posts.ts';
import { systemRandom as random } from './random.ts';
import { createEnvironment, createRunner } from './runner/index.ts';
import { awaitedJobs, createScheduler } from './scheduler/index.ts';
import { createRunLedger, createRunReader, createSlotLedger } from './store/index.ts';

const mebibyte = 1024 * 1024;
const publishing = 'publish_due_posts';

/** What runs, and when. */
export type Running = ReturnType<typeof composeRunning>;

export function composeRunning(
  host: Host,
  ground: Ground,
  posting: Posting,
  announcer: Announcer,
  tell: (fact: Fact) => void,
) {
  const { clock, log } = host;
  const { store, settings, jobs } = ground;
  const { announce } = announcer;

  /** Asked at the end of each run, so it is found out once per configuration. */
  const awaitedIn = new WeakMap<readonly Job[], ReadonlySet<string>>();
  const awaited = () => {
    const { jobs: configured } = ground.config.current();
    const ids = awaitedIn.get(configured) ?? awaitedJobs(configured);
    awaitedIn.set(configured, ids);
    return ids;
  };
  /** Asked several times for each run, among thousands of jobs. */
  const jobsIn = new WeakMap<object, ReadonlyMap<string, Job>>();
  const jobOf = (id: string): Job | undefined => {
    const config = ground.config.current();
    const known = jobsIn.get(config) ?? new Map(jobs().map((job) => [job.id, job]));
    jobsIn.set(config, known);
    return known.get(id);
  };
  const runs = createRunReader(store.db);
  const environment = createEnvironment({ clock, log, path: () => settings().path });
  const runner = createRunner({
    clock,
    random,
    log,
    ledger: createRunLedger(store.db, store.epoch, random.id, (id) => awaited().has(id)),
    job: jobOf,
    workspace: (id) => ground.config.current().workspaces.find((workspace) => workspace.id === id),
    turn: (run, grace) => scheduler.turn(run, grace),
    baseFolder: ground.home.dir,
    environment,
    helper: host.launchHelper && { socket: ground.home.helperSocket, launch: host.launchHelper },
    builtins: {
      publish_due_posts: posting.publisher.publishDue,
      refresh_tokens: posting.accounts.refreshTokens,
    },
    takePosts: takePostLines({
      add: posting.planner.add,
      jobOf: async (runId) => (await runs.get(runId))?.jobId,
      mediaFolders: () => [ground.home.media, ...(settings().mediaFolders ?? [])],
    }),
    secrets: posting.secrets,
    outputLimit: () => settings().outputLimitMiB * mebibyte,
    announce: (run) => {
      announce({ name: 'runs.changed', run });
      announce({ name: 'jobs.changed' });
      announce({ name: 'status.changed' });
    },
    announceOutput: (runId, lines) => announce({ name: 'runs.output', runId, lines }),
    finished: (run: RunView) => {
      tell({ kind: 'run', run });
      if (run.jobId === publishing) {
        asked = false;
        duePosts.look();
      }
      scheduler.jobEnded(run.jobId);
    },
  });
  let trouble: Warning | null = null;
  const scheduler = createScheduler({
    clock,
    random,
    log,
    ledger: createSlotLedger(store.db, store.epoch, random.id),
    jobs,
    defaultTimezone: ground.timezone,
    dispatch: (run) => runner.accept(run),
    trouble(error) {
      trouble = error;
      announce({ name: 'status.changed' });
    },
    gaps: ({ jobId, jobName, gaps }) => {
      for (const { status, count, first, last, reason } of gaps) {
        const gap = { count, first: toInstant(first), last: toInstant(last) };
        tell({ kind: 'run', run: { jobId, jobName, status, reason, gap } });
      }
    },
    changed: () => {
      runner.review();
      announce({ name: 'jobs.changed' });
      announce({ name: 'status.changed' });
    },
  });

  /** Why no pass of publishing is started by itself now. */
  const standstill = () => {
    if (scheduler.paused()) return 'scheduler' as const;
    return jobs().some(({ id, enabled }) => id === publishing && enabled) ? null : ('publish-job' as const);
  };

  /** One publication pass at a time: what becomes due meanwhile is found by the look at its end. */
  let asked = false;
  const ring = (): boolean => {
    const busy = asked || runner.running().some(({ jobId }) => jobId === publishing);
    if (busy || standstill() !== null) return false;
    asked = true;
    runner.runNow(publishing, { cause: 'event' }).catch((error: unknown) => {
      asked = false;
      log('error', 'Due posts could not be published', { error: String(error) });
    });
    return true;
  };
  const duePosts = createDuePosts({
    clock,
    nextDue: posting.publisher.nextDue,
    ring,
    failed: (error) => log('error', 'Could not look for due posts', { error: String(error) }),
  });

  return {
    runner,
    runs,
    scheduler,
    duePosts,
    standstill,
    environment,
    /** Why slots cannot be claimed (disk full, home taken over); null while they can. */
    trouble: () => trouble,
  };
}
