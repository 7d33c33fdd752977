import {
  BelfryError,
  type CallName,
  type CallOutput,
  type HandlerInput,
  type Job,
  type MediaFiles,
  type Millis,
  type Mode,
  type Template,
  type Warning,
} from '../../../shared/index.ts';
import type { Accounts } from '../../accounts/index.ts';
import type { Planner } from '../../planner/index.ts';
import type { Publisher } from '../../publisher/index.ts';
import type { Runner } from '../../runner/index.ts';
import type { Scheduler } from '../../scheduler/index.ts';
import type { ConfigStore, RunReader } from '../../store/index.ts';

/** What answers each call; the compiler refuses a missing one. */
export type Handlers = { [N in CallName]: (input: HandlerInput<N>) => Promise<CallOutput<N>> };

/** What the calls use of the modules behind them; the composition hands it over. */
export type ApiDeps = {
  about: { version: string; pid: number; mode: Mode; home: string; startedAt: Millis; demo: boolean };
  config: Pick<ConfigStore, 'current' | 'change'>;
  jobs: {
    /** Built-in jobs first, then those of config.json. */
    all(): readonly Job[];
    isBuiltin(id: string): boolean;
    templates: readonly Template[];
    lastRuns: RunReader['lastRuns'];
    /** A run of it executes, or it works without one. */
    isRunning(id: string): boolean;
  };
  scheduler: Pick<Scheduler, 'paused' | 'next' | 'describe' | 'fireTimes' | 'check' | 'anchor'> & {
    start: Scheduler['resume'];
    stop: Scheduler['pause'];
    /** Zone of schedules without one of their own. */
    timezone(): string;
  };
  runner: Pick<Runner, 'runNow' | 'preview' | 'resume' | 'retry' | 'cancel' | 'check' | 'running'>;
  runs: Pick<RunReader, 'list' | 'page' | 'get' | 'output' | 'outputPage'>;
  posts: Pick<
    Publisher,
    | ('list' | 'page' | 'count' | 'get' | 'history' | 'counts' | 'waitingFor' | 'overdue')
    | ('addAll' | 'check' | 'edit' | 'move' | 'cancel' | 'retry' | 'publish' | 'settle')
    | ('cancelAll' | 'retryAll' | 'moveAll')
  >;
  media: Pick<MediaFiles, 'look'>;
  plans: Pick<Planner, 'add' | 'queues' | 'series'>;
  accounts: Pick<
    Accounts,
    | ('list' | 'add' | 'set' | 'verify' | 'setServer' | 'remove' | 'media' | 'setMedia')
    | ('signIn' | 'reconnect' | 'signInState' | 'finishSignIn' | 'choose' | 'cancelSignIn' | 'apps')
  >;
  warnings: {
    list(): Promise<Warning[]>;
    /** Those that keep the engine from its work. */
    trouble(): Warning[];
    confirm(code: string): Promise<void>;
  };
  host: {
    quit(): void;
    openUrl(url: string, known: boolean): Promise<void>;
    pickFiles(): Promise<string[]>;
    startDemo(): Promise<{ url: string | null }>;
    launchAtLogin(enabled: boolean): Promise<void>;
  };
  clock: { now(): Millis };
  jobsChanged: Scheduler['jobsChanged'];
};

/** Returns the thing, or throws NOT_FOUND with the command that lists what there is. */
export function requireFound<T>(thing: T | undefined, kind: string, id: string, command: string): T {
  if (thing !== undefined) return thing;
  throw new BelfryError({
    code: 'NOT_FOUND',
    what: `Unknown ${kind} "${id}"`,
    where: 'in the database',
    why: `No ${kind} has this id`,
    remedy: `List them with: ${command}`,
  });
}
