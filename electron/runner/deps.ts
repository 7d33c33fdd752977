import type {
  BuiltinStep,
  Clock,
  Job,
  Log,
  OutputLine,
  PostLimits,
  Problem,
  QueuedRun,
  Random,
  RunView,
  Settings,
  StartDecision,
  WaitingRun,
  Workspace,
} from '../../shared/index.ts';
import type { RunLedger, StoredRun } from '../store/index.ts';

/** A queued run as the runner accepts it. */
export type AcceptedRun = QueuedRun & {
  /** Of a retry by Belfry itself. */
  retry?: Pick<StoredRun, 'attempt' | 'originId' | 'fromStep' | 'parameters' | 'jobKey'>;
};

/** What a built-in step did. */
export type BuiltinResult = { ok: boolean; summary: string };
export type Builtin = (context: { signal: AbortSignal; say(text: string): void }) => Promise<BuiltinResult>;

/** The step whose printed posts are taken; `folder` is where its command runs. */
export type PostContext = {
  runId: string;
  jobId: string;
  as: 'draft' | 'queued';
  folder: string;
  limits: PostLimits;
};
/**
 * Takes one line and resolves with what is wrong with it, or []; for a line that was skipped as a repetition with a
 * remark that follows `Line 3`. `origin` is the same when a retry prints the line again.
 */
export type TakePost = (
  line: string,
  origin: string,
) => Promise<Problem[] | { skipped: string; stored: boolean }>;

/** The process that starts commands for the engine, as its host runs it. */
export type HelperProcess = {
  /** Resolves when it has ended or could not be started, with the reason in words. */
  ended: Promise<string>;
  /** Kills it; does nothing once it has ended. */
  kill(): void;
};
export type HelperHost = {
  /** Socket file of engine and helper; only this user can enter its folder. */
  socket: string;
  /** Starts the helper's program, without our environment, in which there may be keys. Never throws. */
  launch(args: readonly string[]): HelperProcess;
};

export type RunnerDeps = {
  clock: Clock;
  random: Random;
  log: Log;
  ledger: RunLedger;
  /** The database was lost under this engine, so that nothing can be stored until the next start. */
  databaseLost(): boolean;
  job(id: string): Job | undefined;
  workspace(id: string): Workspace | undefined;
  /** Whether a waiting run that was not started by hand may start now; with `grace`, also whether it is too late for it. */
  decideStart(run: WaitingRun, grace: boolean): StartDecision;
  /** Relative folders are resolved against it. */
  baseFolder: string;
  /** Environment for commands: the engine's own with the login shell's PATH. */
  environment(): Promise<Record<string, string>>;
  builtins: Record<BuiltinStep['action'], Builtin>;
  /** Takes the posts that one try of a step with `"output": "posts"` prints. */
  takePosts(context: PostContext): TakePost;
  /** For webhook steps; default: the platform's own. */
  fetch?: typeof fetch;
  /** Starts commands, since forking blocks the event loop the longer the more memory the engine uses; without it the engine starts them. */
  helper?: HelperHost | undefined;
  /** Texts that must never be stored; it grows as accounts sign in. */
  knownSecrets: ReadonlySet<string>;
  settings(): Pick<Settings, 'outputLimitMiB'>;
  /** A run changed, or lines were added. */
  announce(run: RunView): void;
  /** Under a flood only the newest lines of each tenth of a second come here; `seq` shows the gap. */
  announceOutput(runId: string, lines: OutputLine[]): void;
  /** A run reached its final state, its retries included: what may be worth an alert, and the job that others may wait for. */
  alert(fact: { kind: 'run'; run: RunView }): void;
  jobEnded(jobId: string): void;
};
