import { type ChildProcess, spawn } from 'node:child_process';
import { Counter, Gauge, Registry } from 'prom-client';
import {
  attentionOf,
  BelfryError,
  type Bridge,
  type CallOutput,
  exitCodes,
  type Log,
  type Millis,
  runTransitions,
  toWireError,
  type WireError,
} from '../shared/index.ts';
import { folderAssets, type Health, type HttpServer, startHttpServer } from './api/index.ts';
import { createApp } from './app.ts';
import { createClosers } from './closers.ts';
import { demoHome, openDemo } from './demo/index.ts';
import type { Host } from './host.ts';
import type { HelperProcess } from './runner/index.ts';
import { confFile, durableFile, homePaths, thisMachine } from './store/index.ts';
import { systemClock, systemRandom } from './system.ts';

export { demoHome } from './demo/index.ts';

/** One Ctrl-C reaches every process of a terminal, and a parent such as npm passes it on besides: that is one signal. */
const sameSignalMs = 500;

export type HeadlessOptions = {
  home: string;
  version: string;
  /** 0 = any free port. */
  port: number;
  /** False: no HTTP server, the command line only. */
  window: boolean;
  log: 'text' | 'json';
  /** Folder of the built window. */
  assets: string;
  /** The helper's program: see `HelperHost`. */
  helper: string;
  /** The program of the thread for media. */
  mediaWorker: string;
  /** Fill the home with the demonstration first. */
  demo: boolean;
};

/** Runs the engine in the foreground until a signal or `belfry quit`; resolves with the exit code (design §8). */
export async function runHeadless(options: HeadlessOptions): Promise<number> {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  let asked = 0;
  let askedAt = Number.NEGATIVE_INFINITY;
  let hurry = () => {};
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    // A library (when-exit, under conf) raises each signal again, which would count as a second one.
    process.removeAllListeners(signal);
    process.on(signal, () => {
      const now = systemClock.monotonic();
      if (now - askedAt < sameSignalMs) return;
      askedAt = now;
      asked += 1;
      if (asked === 1) end();
      else if (asked === 2) hurry();
      else process.exit(exitCodes.failed);
    });
  }
  const headless = await openHeadless(options, end);
  // One failed callback must not end the work of all jobs; what is lost with it is found again at the next start.
  const uncaught = (error: unknown) =>
    headless.log('error', toWireError(error).message, {
      stack: error instanceof Error ? error.stack : undefined,
    });
  process.on('uncaughtException', uncaught);
  process.on('unhandledRejection', uncaught);
  await ended;
  headless.log('info', 'Ending: running jobs may finish; a second Ctrl-C ends them now');
  hurry = () => {
    headless.log('warn', 'Ending now: running jobs are ended; a third Ctrl-C leaves at once');
    headless.hurry();
  };
  if (asked > 1) hurry();
  await headless.close();
  return 0;
}

type Headless = Pick<Host, 'log' | 'browserWindow'> & { close(): Promise<void>; hurry(): void };

/** Starts one engine with its window on a loopback port. Throws what the engine throws, and PORT_IN_USE. */
async function openHeadless(options: HeadlessOptions, quit: () => void): Promise<Headless> {
  const log = headlessLog(options.log, (line) => process.stdout.write(`${line}\n`));
  const closers = createClosers(log);
  const close = () => closers.close({});
  let httpServer: HttpServer | undefined;
  let demo: Promise<Headless> | undefined;
  let hurry = () => {};
  const host: Host = {
    mode: 'headless',
    home: options.home,
    version: options.version,
    clock: systemClock,
    demo: options.demo,
    configFile: confFile,
    vaults: [],
    quit,
    browserWindow: () => httpServer ?? null,
    openUrl: async () => {
      throw desktopOnly('An address cannot be opened', 'Open it in your own browser');
    },
    pickFiles: async () => {
      throw desktopOnly('Files cannot be chosen here', 'Type the path of the file on the engine’s machine');
    },
    async startDemo() {
      demo ??= openHeadless(
        { ...options, home: demoHome(options.home), port: 0, window: true, demo: true },
        () => {},
      ).then(
        (opened) => {
          closers.add(opened.close);
          return opened;
        },
        (error: unknown) => {
          demo = undefined; // What failed once may work the next time.
          throw error;
        },
      );
      return { url: (await demo).browserWindow()?.mintLink() ?? null };
    },
    launchAtLogin: async () => {
      throw desktopOnly(
        'The start at login cannot be set',
        'Use a systemd user service: see docs/headless.md',
      );
    },
    notify: (alert) => log('warn', alert.title, { body: alert.body }),
    mediaWorker: options.mediaWorker,
    launchHelper: (args) => launchNodeHelper(options.helper, args),
    log,
  };

  try {
    const shown = options.demo
      ? await openDemo({ home: options.home, version: options.version, log })
      : undefined;
    if (shown) closers.add(shown.close);
    const engine = createApp(host);
    await engine.start();
    closers.add(() => engine.stop());
    // Closing waits for the same end.
    hurry = () => void engine.stop({ drainMs: 0 });
    if (options.window) {
      const metrics = createMetrics(engine, systemClock.now());
      httpServer = await startHttpServer({
        bridge: engine,
        media: engine.media,
        port: options.port,
        assets: await folderAssets(options.assets),
        clock: systemClock,
        random: systemRandom,
        log,
        sessionFile: durableFile(homePaths(options.home, thisMachine()).sessions),
        health: () => readHealth(engine, options.version),
        metrics: () => metrics.text(systemClock.now()),
      });
      const opened = httpServer;
      closers.add(metrics.close);
      closers.add(() => opened.close());
      log('info', `Belfry's window: ${opened.mintLink()}`);
    }
    if (shown) {
      await shown.begin(engine);
      log('info', `The demonstration's network: ${shown.url}`);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { log, browserWindow: host.browserWindow, close, hurry };
}

function desktopOnly(what: string, remedy: string): BelfryError {
  return new BelfryError({
    code: 'NOT_ALLOWED',
    what,
    where: 'in the headless host',
    why: 'It has no desktop',
    remedy,
  });
}

/** Runs the helper's program (see `HelperHost`) on the Node that runs us. Never throws. */
export function launchNodeHelper(program: string, args: readonly string[]): HelperProcess {
  let child: ChildProcess;
  try {
    child = spawn(process.execPath, [program, ...args], { env: {}, stdio: 'ignore' });
  } catch (error) {
    return { ended: Promise.resolve(String(error)), kill: () => {} };
  }
  return {
    ended: new Promise((resolve) => {
      child.once('error', (error) => resolve(String(error)));
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    }),
    kill: () => void child.kill('SIGKILL'),
  };
}

/** The headless host's log: a line per remark, as text for people or as JSON for collectors. */
function headlessLog(form: 'text' | 'json', write: (line: string) => void): Log {
  return (level, message, details) => {
    const at = new Date().toISOString();
    if (form === 'json') return write(JSON.stringify({ at, level, message, ...details }));
    const more = details === undefined ? '' : ` ${JSON.stringify(details)}`;
    write(`${at} ${level.padEnd(5)} ${message}${more}`);
  };
}

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
