import type { Envelope, RunView, WakeReason } from '../shared/index.ts';
import { createAccounts, openKeyVault } from './accounts/index.ts';
import { createAlerts } from './alerts/index.ts';
import { type Announcer, createApi, createHandlers, openSocketDoor } from './api/index.ts';
import { systemClock as clock } from './clock.ts';
import { createDuePosts } from './due-posts.ts';
import type { Host } from './host.ts';
import { takePostLines } from './pipeline-posts.ts';
import { createPublisher } from './publisher/index.ts';
import { systemRandom as random } from './random.ts';
import { createEnvironment, createRunner } from './runner/index.ts';
import { checkJobs, createScheduler } from './scheduler/index.ts';
import {
  createAccountStates,
  createConfigStore,
  createPostLedger,
  createRunLedger,
  createRunReader,
  createSecretsFile,
  createSlotLedger,
  openStore,
  prepareHome,
  takeHome,
  writeDurably,
} from './store/index.ts';
import { builtinJobs, templates } from './templates/index.ts';

/** networks.md §5: a request counts as unanswered after 60 s at the earliest. */
const requestTimeoutMs = 90_000;
const mebibyte = 1024 * 1024;

/** All rooms of one engine, open. */
export type Rooms = {
  call(name: string, input: unknown): Promise<Envelope<unknown>>;
  wake(reason: WakeReason): void;
  /** `drainMs`: time for running jobs to end; default from the settings. */
  close(options: { drainMs?: number }): Promise<void>;
};

/** Opens every room in order and hands functions over between them; what was opened is closed again when one fails. */
export async function openRooms(host: Host, announcer: Announcer): Promise<Rooms> {
  const { log, version } = host;
  const startedAt = clock.now();
  const closers: ((options: { drainMs?: number }) => unknown)[] = [];
  const close = async (options: { drainMs?: number }) => {
    for (const closer of closers.splice(0).reverse()) await closer(options);
  };
  const announce = announcer.announce;

  try {
    const home = prepareHome(host.home);
    const about = { version, pid: process.pid, mode: host.mode, home: home.dir, startedAt, demo: host.demo };
    const lock = await takeHome(home, {
      pid: process.pid,
      startedAt: new Date(startedAt).toISOString(),
      mode: host.mode,
      socket: home.socket,
      version,
    });
    closers.push(() => lock.release());

    const store = await openStore({ home, clock, log });
    closers.push(() => store.close());
    const { db, epoch } = store;

    const config = createConfigStore({
      file: host.configFile(home.config),
      lastGoodPath: home.lastGoodConfig,
      check: (candidate) =>
        checkJobs(candidate.jobs, builtinJobs, candidate.settings.timezone ?? systemZone()),
      log,
    });
    config.start();
    closers.push(() => config.stop());
    const settings = () => config.current().settings;
    const builtins = () =>
      builtinJobs.map((job) => ({ ...job, enabled: !settings().disabledBuiltins.includes(job.id) }));
    const jobs = () => [...builtins(), ...config.current().jobs];

    const tell = createAlerts(host.notify);
    const statusChanged = () => announce({ name: 'status.changed' });
    const postsChanged = () => {
      announce({ name: 'posts.changed' });
      statusChanged();
      duePosts.look();
    };

    const keyVault = await openKeyVault({ home: home.dir, environment: process.env, write: writeDurably });
    const accounts = createAccounts({
      clock,
      log,
      fetch,
      config,
      states: createAccountStates(db),
      secrets: createSecretsFile({ path: home.secrets, clock, log }),
      vaults: [...host.vaults, keyVault],
      backend: () => (host.mode === 'headless' ? 'key-file' : settings().secrets),
      sending: (id) => publisher.sending(id),
      version,
      changed: () => announce({ name: 'accounts.changed' }),
      alert: (fact) => {
        tell(fact);
        if (fact.kind === 'account-ready') void publisher.accountReady(fact.accountId);
      },
    });
    const publisher = createPublisher({
      clock,
      random,
      fetch,
      log,
      ledger: createPostLedger(db, epoch),
      version,
      requestTimeoutMs,
      mediaFolder: home.media,
      account: accounts.account,
      token: accounts.token,
      accountStatus: accounts.accountStatus,
      signInNeeded: accounts.signInNeeded,
      settings,
      publishingPaused: store.publishingPaused,
      changed: postsChanged,
      needsPerson: ({ kind, post, account, reason }) =>
        tell({ kind: 'post', postId: post, account, status: kind, reason }),
    });

    const environment = createEnvironment({ clock, log, path: () => settings().path });
    const runs = createRunReader(db);
    const ledger = createRunLedger(db, epoch, random.id);
    const changed = (run: RunView) => {
      announce({ name: 'runs.changed', run });
      announce({ name: 'jobs.changed' });
      statusChanged();
    };
    const runner = createRunner({
      clock,
      random,
      log,
      ledger,
      job: (id) => jobs().find((job) => job.id === id),
      workspace: (id) => config.current().workspaces.find((workspace) => workspace.id === id),
      baseFolder: home.dir,
      environment,
      builtins: { publish_due_posts: publisher.publishDue, refresh_tokens: accounts.refreshTokens },
      addPost: takePostLines(publisher.add),
      secrets: () => [...accounts.secrets(), ...keyVault.keys()],
      outputLimit: () => settings().outputLimitMiB * mebibyte,
      announce: changed,
      announceOutput: (runId, lines) => announce({ name: 'runs.output', runId, lines }),
      finished: (run) => {
        tell({ kind: 'run', run });
        if (run.jobId === 'publish_due_posts') {
          publishing = false;
          duePosts.look();
        }
        scheduler.jobEnded(run.jobId, run.status === 'success' ? 'success' : 'failure');
      },
    });
    const scheduler = createScheduler({
      clock,
      random,
      log,
      ledger: createSlotLedger(db, epoch, random.id),
      jobs,
      defaultTimezone: () => settings().timezone ?? systemZone(),
      dispatch: (run) => runner.accept(run),
      changed: () => {
        announce({ name: 'jobs.changed' });
        statusChanged();
        duePosts.look();
      },
    });
    let publishing = false;
    const duePosts = createDuePosts({
      clock,
      nextDue: publisher.nextDue,
      ring: () => publishNow(),
      failed: (error) => log('error', 'Could not look for due posts', { error: String(error) }),
    });
    /** One at a time: what becomes due meanwhile is found by the look at its end. */
    const publishNow = (): boolean => {
      const busy = publishing || runner.running().some(({ jobId }) => jobId === 'publish_due_posts');
      const enabled = builtins().some(({ id, enabled }) => id === 'publish_due_posts' && enabled);
      if (busy || !enabled || scheduler.paused()) return false;
      publishing = true;
      runner.runNow('publish_due_posts', { cause: 'event' }).catch((error: unknown) => {
        publishing = false;
        log('error', 'Due posts could not be published', { error: String(error) });
      });
      return true;
    };
    closers.push(() => duePosts.stop());

    const api = createApi({
      log,
      handlers: createHandlers({
        about,
        config,
        jobs: {
          all: jobs,
          isBuiltin: (id) => builtinJobs.some((job) => job.id === id),
          templates,
          lastRuns: runs.lastRuns,
        },
        scheduler: {
          start: scheduler.resume,
          stop: scheduler.pause,
          paused: scheduler.paused,
          next: scheduler.next,
          describe: scheduler.describe,
          check: scheduler.check,
          fireTimes: scheduler.fireTimes,
        },
        runner,
        runs,
        posts: publisher,
        accounts,
        warnings: {
          list: async () => {
            const problem = config.problem();
            return [...(problem ? [problem] : []), ...store.warnings()];
          },
          confirm: store.confirm,
        },
        host,
        clock,
        jobsChanged: scheduler.jobsChanged,
      }),
    });

    config.onChange(() => {
      announce({ name: 'settings.changed' });
      announce({ name: 'jobs.changed' });
      announce({ name: 'accounts.changed' });
      statusChanged();
      scheduler
        .jobsChanged()
        .catch((error: unknown) => log('error', 'Jobs could not be taken over', { error: String(error) }));
    });

    await accounts.start();
    await publisher.start();
    closers.push(() => publisher.stop());
    await runner.start();
    closers.push(({ drainMs }) => runner.stop({ drainMs: drainMs ?? settings().drainSeconds * 1000 }));
    await scheduler.start();
    closers.push(() => scheduler.stop());
    duePosts.look();

    const socket = await openSocketDoor({
      bridge: { call: api.call, subscribe: announcer.subscribe },
      path: home.socket,
      clock,
      log,
      hostCalls: {
        'host.link': async () => ({ url: host.link() }),
        'host.path': async () => ({ path: (await environment())['PATH'] ?? '' }),
      },
    });
    closers.push(() => socket.close());

    return { call: api.call, wake: scheduler.wake, close };
  } catch (error) {
    await close({ drainMs: 0 });
    throw error;
  }
}

/** IANA zone of this machine. */
function systemZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
