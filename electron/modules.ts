import { join } from 'node:path';
import {
  type Config,
  type Problem,
  pathOf,
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
import { createMediaFiles, createPublisher, createWorkshop } from './publisher/index.ts';
import { createEnvironment, createMasks, createRunner, stepProblems } from './runner/index.ts';
import { awaiting, checkJobs, createScheduler, fireTimes } from './scheduler/index.ts';
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
    builtins: builtinJobs,
    machineZone,
    had: await configNote(store.db, clock),
  });
  config.start();
  closers.add(() => config.stop());

  const { problem: zoneProblem } = machineZone();
  if (zoneProblem) log('warn', zoneProblem.message);

  const housekeeping = createHousekeeping({
    db: store.db,
    clock,
    log,
    retention: () => {
      const { keepRunsDays, keepRunsPerJob, keepDatabaseMiB } = config.settings();
      return {
        maxAgeMs: keepRunsDays === null ? null : keepRunsDays * day,
        runsPerJob: keepRunsPerJob,
        maxBytes: keepDatabaseMiB === null ? null : keepDatabaseMiB * mebibyte,
      };
    },
  });
  housekeeping.start();
  closers.add(() => housekeeping.stop());
  return {
    home,
    lock,
    startedAt,
    store,
    config,
    /** Texts that must never be stored or shown; whoever learns of a secret adds it. */
    knownSecrets: new Set<string>(),
    /** The environment asks for a time zone that is none. */
    zoneProblem: zoneProblem && toWireError(zoneProblem),
  };
}

/** What is due, and when. */
export type Scheduling = ReturnType<typeof createScheduling>;

export function createScheduling(
  { clock, log }: Host,
  { store, config }: Core,
  announcer: Announcer,
  tell: (fact: Fact) => void,
) {
  let trouble: Warning | null = null;
  const scheduler = createScheduler({
    clock,
    random,
    log,
    ledger: createSlotLedger(store.db, store.epoch, random.id),
    jobs: config.jobs,
    defaultTimezone: config.timezone,
    trouble(error) {
      trouble = error;
      announcer.status();
    },
    gaps: ({ jobId, jobName, gaps }) => {
      for (const { status, count, first, last, reason } of gaps) {
        const gap = { count, first: toInstant(first), last: toInstant(last) };
        tell({ kind: 'run', run: { jobId, jobName, status, reason, gap } });
      }
    },
    changed: announcer.jobs,
  });
  return {
    scheduler,
    /** Where the runs of its jobs are kept; it notes the end of a job that others wait for. */
    runLedger: createRunLedger(store.db, store.epoch, random.id, awaiting(config.jobs)),
    /** Why slots cannot be claimed (disk full, home taken over); null while they can. */
    trouble: () => trouble,
  };
}

/** networks.md §5: a request counts as unanswered after 60 s at the earliest. */
const requestTimeoutMs = 90_000;

/** Accounts with their secrets, the posts that go out in their names, and the plans that come to posts. */
export type Publishing = Awaited<ReturnType<typeof createPublishing>>;

export async function createPublishing(
  host: Host,
  core: Core,
  { scheduler, runLedger }: Scheduling,
  announcer: Announcer,
  tell: (fact: Fact) => void,
) {
  const { clock, log, version } = host;
  const { home, store, config, knownSecrets } = core;
  const { settings } = config;

  const keyVault = await openKeyVault({
    home: home.dir,
    environment: process.env,
    write: writeDurably,
    knownSecrets,
  });
  const secretsFile = createSecretsFile({ path: home.secrets, clock, log });
  const accounts = createAccounts({
    clock,
    log,
    fetch,
    config,
    states: createAccountStates(store.db),
    secrets: secretsFile,
    knownSecrets,
    vaults: [...host.vaults, keyVault],
    backend: () => (host.mode === 'headless' ? 'key-file' : settings().secrets),
    sending: (id) => publisher.sending(id),
    version,
    changed: announcer.accounts,
    alert: (fact) => {
      tell(fact);
      if (fact.kind === 'account-ready') void publisher.accountReady(fact.accountId);
    },
  });
  const masks = createMasks();
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
    pausedBy() {
      if (scheduler.paused()) return 'scheduler';
      return config.job(publishJob.id)?.enabled ? null : 'publish-job';
    },
    async keepLook(look) {
      const run = await keepLook(runLedger, look, masks([...knownSecrets]).text);
      announcer.run(run);
      tell({ kind: 'run', run });
      scheduler.jobEnded(run.jobId);
    },
    changed: announcer.posts,
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
  announcer: Announcer,
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
    lateLimitHours: () => config.settings().lateLimitHours,
    defaultTimezone: config.timezone,
    fireTimes,
    mediaFolder: seriesFolder(home.dir),
    isCertain: async () => !(await store.publishingPaused()),
    changed: announcer.series,
  });
}

/** What runs, and where it stands. */
export type Execution = ReturnType<typeof createExecution>;

export function createExecution(
  host: Host,
  core: Core,
  { scheduler, runLedger }: Scheduling,
  { accounts, planner, publisher }: Publishing,
  announcer: Announcer,
  tell: (fact: Fact) => void,
) {
  const { clock, log } = host;
  const { store, home, config } = core;
  const runs = createRunReader(store.db);
  const environment = createEnvironment({ clock, log, settings: config.settings });
  const runner = createRunner({
    clock,
    random,
    log,
    ledger: runLedger,
    databaseLost: store.lost,
    job: config.job,
    workspace: (id) => config.current().workspaces.find((workspace) => workspace.id === id),
    decideStart: scheduler.decideStart,
    baseFolder: home.dir,
    environment,
    helper: host.launchHelper && { socket: home.helperSocket, launch: host.launchHelper },
    builtins: {
      publish_due_posts: publisher.publishNow,
      refresh_tokens: accounts.refreshTokens,
    },
    takePosts: takePostLines({
      add: planner.add,
      jobOf: async (runId) => (await runs.get(runId))?.jobId,
      mediaFolders: () => [home.media, ...(config.settings().mediaFolders ?? [])],
    }),
    knownSecrets: core.knownSecrets,
    settings: config.settings,
    announce: announcer.run,
    announceOutput: announcer.output,
    alert: tell,
    jobEnded: scheduler.jobEnded,
  });
  return {
    runner,
    runs,
    environment,
    isRunning: (id: string) =>
      runner.running().some(({ jobId }) => jobId === id) ||
      (id === publishJob.id && publisher.status().publishing),
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
