import { join } from 'node:path';
import {
  type Config,
  type Job,
  type Problem,
  pathOf,
  type RunView,
  type Settings,
  toInstant,
  toWireError,
  type Warning,
} from '../shared/index.ts';
import { createAccounts, openKeyVault } from './accounts/index.ts';
import type { Fact } from './alerts/index.ts';
import type { Announcer } from './api/index.ts';
import type { Closers } from './closers.ts';
import { keepForGood } from './demo/index.ts';
import type { Host } from './host.ts';
import { keepLook, takePostLines } from './jobs-and-posts.ts';
import { createPlanner, type PlannerDeps } from './planner/index.ts';
import {
  createMediaFiles,
  createPublisher,
  createWorkshop,
  type Look,
  type PublisherDeps,
} from './publisher/index.ts';
import { createEnvironment, createMasks, createRunner, stepProblems } from './runner/index.ts';
import { awaitedJobs, checkJobs, createScheduler, fireTimes } from './scheduler/index.ts';
import {
  configNote,
  createAccountStates,
  createConfigStore,
  createHousekeeping,
  createMediaLedger,
  createPostLedger,
  createRunLedger,
  createRunReader,
  createSecretsFile,
  createSeriesLedger,
  createSlotLedger,
  defaultStateFolder,
  openStore,
  prepareHome,
  takeHome,
  writeDurably,
} from './store/index.ts';
import { machineZone, systemRandom as random } from './system.ts';
import { builtinJobs, publishJob } from './templates/index.ts';

const day = 86_400_000;
const mebibyte = 1024 * 1024;

/** What every module needs: the home folder that is ours alone, the database, and the configuration in force. */
export type Core = Awaited<ReturnType<typeof openCore>>;

/** Takes the home folder and opens what lies in it. Throws HOME_UNUSABLE, ALREADY_RUNNING, DATABASE_UNUSABLE. */
export async function openCore(host: Host, closers: Closers) {
  const { clock, log } = host;
  const startedAt = clock.now();
  const home = prepareHome(host.home);
  const lock = await takeHome(home, {
    pid: process.pid,
    startedAt: new Date(startedAt).toISOString(),
    mode: host.mode,
    socket: home.socket,
    version: host.version,
  });
  closers.add(() => lock.release());
  if (!host.demo) await keepForGood(home.dir);

  const store = await openStore({
    home,
    clock,
    log,
    newId: random.uuid,
    // The demonstration begins anew each time.
    stateFolder: host.demo ? undefined : defaultStateFolder(process.platform, process.env),
  });
  closers.add(() => store.close());

  const config = createConfigStore({
    file: host.configFile(home.config),
    lastGoodPath: home.lastGoodConfig,
    check: checkConfig,
    log,
    had: await configNote(store.db, clock),
  });
  config.start();
  closers.add(() => config.stop());

  const { problem: zoneProblem } = machineZone();
  if (zoneProblem) log('warn', zoneProblem.message);

  const settings = () => config.current().settings;
  const housekeeping = createHousekeeping({
    db: store.db,
    clock,
    log,
    retention: () => {
      const { keepRunsDays, keepRunsPerJob, keepDatabaseMiB } = settings();
      return {
        maxAgeMs: keepRunsDays === null ? null : keepRunsDays * day,
        runsPerJob: keepRunsPerJob,
        maxBytes: keepDatabaseMiB === null ? null : keepDatabaseMiB * mebibyte,
      };
    },
  });
  housekeeping.start();
  closers.add(() => housekeeping.stop());
  const builtins = (): Job[] =>
    builtinJobs.map((job) => ({ ...job, enabled: !settings().disabledBuiltins.includes(job.id) }));
  return {
    home,
    lock,
    startedAt,
    store,
    config,
    settings,
    /** Built-in jobs first, then those of config.json. */
    jobs: (): readonly Job[] => [...builtins(), ...config.current().jobs],
    /** IANA zone of jobs without one. */
    timezone: () => jobZone(settings()),
    /** The environment asks for a time zone that is none. */
    zoneProblem: zoneProblem && toWireError(zoneProblem),
  };
}

/** networks.md §5: a request counts as unanswered after 60 s at the earliest. */
const requestTimeoutMs = 90_000;

/** Accounts with their secrets, the posts that go out in their names, and the plans that come to posts. */
export type Publishing = Awaited<ReturnType<typeof createPublishing>>;

export async function createPublishing(
  host: Host,
  core: Core,
  announcer: Announcer,
  tell: (fact: Fact) => void,
  loop: Required<Pick<PublisherDeps, 'pausedBy' | 'keepLook'>>,
) {
  const { clock, log, version } = host;
  const { home, store, config, settings } = core;
  const { announce } = announcer;

  const keyVault = await openKeyVault({ home: home.dir, environment: process.env, write: writeDurably });
  const secretsFile = createSecretsFile({ path: home.secrets, clock, log });
  const accounts = createAccounts({
    clock,
    log,
    fetch,
    config,
    states: createAccountStates(store.db),
    secrets: secretsFile,
    vaults: [...host.vaults, keyVault],
    backend: () => (host.mode === 'headless' ? 'key-file' : settings().secrets),
    sending: (id) => publisher.sending(id),
    version,
    changed: () => {
      announce({ name: 'accounts.changed' });
      announce({ name: 'status.changed' });
    },
    alert: (fact) => {
      tell(fact);
      if (fact.kind === 'account-ready') void publisher.accountReady(fact.accountId);
    },
  });
  const workshop = createWorkshop({ entry: host.mediaWorker, clock });
  const ledger = createPostLedger(store.db, store.epoch);
  const publisher = createPublisher({
    clock,
    random,
    fetch,
    log,
    ledger,
    mediaLedger: createMediaLedger(store.db),
    workshop,
    version,
    requestTimeoutMs,
    mediaFolder: home.media,
    ownFolders: [seriesFolder(home.dir), home.uploads],
    nextSlots: (ids, taken) => planner.nextSlots(ids, taken),
    account: accounts.account,
    accounts: () => config.current().accounts.flatMap(({ id }) => accounts.account(id) ?? []),
    token: accounts.token,
    bucketKey: accounts.bucketKey,
    accountStatus: accounts.accountStatus,
    signInNeeded: accounts.signInNeeded,
    settings,
    publishingPaused: store.publishingPaused,
    ...loop,
    changed: () => {
      announce({ name: 'posts.changed' });
      announce({ name: 'jobs.changed' });
      announce({ name: 'status.changed' });
    },
    needsAttention: ({ kind, post, account, reason }) =>
      tell({ kind: 'post', postId: post, account, status: kind, reason }),
  });
  // A thread of its own: a list of pictures must not hold up a post.
  const viewing = createWorkshop({ entry: host.mediaWorker, clock, orderMs: 60_000 });
  const media = createMediaFiles({
    clock,
    random,
    log,
    workshop: viewing,
    held: ledger.media,
    home,
    mediaFolders: () => settings().mediaFolders,
    ownFolders: [seriesFolder(home.dir)],
  });
  const planner = createPlans(host, core, announcer, {
    posts: publisher,
    hasAccount: (id) => accounts.account(id) !== undefined,
  });
  return {
    accounts,
    secretsFile,
    keyFile: keyVault.file,
    publisher,
    workshop,
    viewing,
    media,
    planner,
    /** Texts that must never be stored or shown. */
    secrets: () => [...accounts.secrets(), ...keyVault.keys()],
  };
}

/** Where series keep copies of their media. */
function seriesFolder(home: string): string {
  return join(home, 'series');
}

/** Series, weekly slots and named texts, which come to posts of the publisher's. */
function createPlans(
  host: Host,
  core: Core,
  { announce }: Announcer,
  { posts, hasAccount }: Pick<PlannerDeps, 'posts' | 'hasAccount'>,
) {
  const { store, home, config } = core;
  return createPlanner({
    clock: host.clock,
    random,
    log: host.log,
    ledger: createSeriesLedger(store.db, store.epoch),
    posts,
    config: config.current,
    hasAccount,
    lateLimitHours: () => core.settings().lateLimitHours,
    defaultTimezone: core.timezone,
    fireTimes,
    mediaFolder: seriesFolder(home.dir),
    isCertain: async () => !(await store.publishingPaused()),
    changed: () => {
      announce({ name: 'series.changed' });
      announce({ name: 'status.changed' });
    },
  });
}

/** What runs, and when. */
export type Execution = ReturnType<typeof createExecution>;

export function createExecution(
  host: Host,
  core: Core,
  publishing: Publishing,
  announcer: Announcer,
  tell: (fact: Fact) => void,
) {
  const { clock, log } = host;
  const { store, settings, jobs } = core;
  const { announce } = announcer;

  /** Asked at the end of each run, so it is found out once per configuration. */
  const awaitedIn = new WeakMap<readonly Job[], ReadonlySet<string>>();
  const awaited = () => {
    const { jobs: configured } = core.config.current();
    const ids = awaitedIn.get(configured) ?? awaitedJobs(configured);
    awaitedIn.set(configured, ids);
    return ids;
  };
  /** Asked several times for each run, among thousands of jobs. */
  const jobsIn = new WeakMap<object, ReadonlyMap<string, Job>>();
  const jobOf = (id: string): Job | undefined => {
    const config = core.config.current();
    const known = jobsIn.get(config) ?? new Map(jobs().map((job) => [job.id, job]));
    jobsIn.set(config, known);
    return known.get(id);
  };
  const runs = createRunReader(store.db);
  const masks = createMasks();
  const environment = createEnvironment({ clock, log, path: () => settings().path });
  const ledger = createRunLedger(store.db, store.epoch, random.id, (id) => awaited().has(id));
  const announceRun = (run: RunView) => {
    announce({ name: 'runs.changed', run });
    announce({ name: 'jobs.changed' });
    announce({ name: 'status.changed' });
  };
  const finished = (run: RunView) => {
    tell({ kind: 'run', run });
    scheduler.jobEnded(run.jobId);
  };
  const runner = createRunner({
    clock,
    random,
    log,
    ledger,
    databaseLost: store.lost,
    job: jobOf,
    workspace: (id) => core.config.current().workspaces.find((workspace) => workspace.id === id),
    decideStart: (run, grace) => scheduler.decideStart(run, grace),
    baseFolder: core.home.dir,
    environment,
    helper: host.launchHelper && { socket: core.home.helperSocket, launch: host.launchHelper },
    builtins: {
      publish_due_posts: publishing.publisher.publishNow,
      refresh_tokens: publishing.accounts.refreshTokens,
    },
    takePosts: takePostLines({
      add: publishing.planner.add,
      jobOf: async (runId) => (await runs.get(runId))?.jobId,
      mediaFolders: () => [core.home.media, ...(settings().mediaFolders ?? [])],
    }),
    secrets: publishing.secrets,
    outputLimit: () => settings().outputLimitMiB * mebibyte,
    announce: announceRun,
    announceOutput: (runId, lines) => announce({ name: 'runs.output', runId, lines }),
    finished,
  });
  let trouble: Warning | null = null;
  const scheduler = createScheduler({
    clock,
    random,
    log,
    ledger: createSlotLedger(store.db, store.epoch, random.id),
    jobs,
    defaultTimezone: core.timezone,
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

  return {
    runner,
    runs,
    scheduler,
    /** Why the publisher starts no look by itself now. */
    pausedBy() {
      if (scheduler.paused()) return 'scheduler' as const;
      return jobOf(publishJob.id)?.enabled ? null : ('publish-job' as const);
    },
    async keepLook(look: Look) {
      const run = await keepLook(ledger, look, masks(publishing.secrets()).text);
      announceRun(run);
      finished(run);
    },
    isRunning: (id: string) =>
      runner.running().some(({ jobId }) => jobId === id) ||
      (id === publishJob.id && publishing.publisher.status().publishing),
    environment,
    /** Why slots cannot be claimed (disk full, home taken over); null while they can. */
    trouble: () => trouble,
  };
}

/** What only the modules can see to be wrong in a configuration: schedules that mean nothing, steps that cannot work. */
export function checkConfig({ jobs, settings, workspaces }: Config): Problem[] {
  const world = {
    platform: process.platform,
    workspace: (id: string) => workspaces.find((workspace) => workspace.id === id),
  };
  const steps = jobs.flatMap((job, index) =>
    stepProblems(job, world).map(({ field, message }) => ({
      field: `${pathOf(['jobs', index])}.${field}`,
      message,
    })),
  );
  return [...checkJobs(jobs, builtinJobs, jobZone(settings)), ...steps];
}

/** IANA zone of jobs without one of their own: the settings', else this machine's. */
export function jobZone(settings: Pick<Settings, 'timezone'>): string {
  return settings.timezone ?? machineZone().name;
}
