import type {
  BuiltinStep,
  Clock,
  Job,
  Log,
  Millis,
  OutputLine,
  OutputStream,
  PostLimits,
  Problem,
  QueuedRun,
  Random,
  RunCause,
  RunParameters,
  RunStatus,
  RunView,
  StartDecision,
  StepStatus,
  WaitingRun,
  Workspace,
} from '../../shared/index.ts';

/** A run as stored. */
export type StoredRun = {
  id: string;
  jobId: string;
  jobName: string;
  cause: RunCause;
  slot: Millis | null;
  status: RunStatus;
  /** Number of the try, from 1. */
  attempt: number;
  /** Index of the first step to run (0 unless resumed). */
  fromStep: number;
  /** The first run of a chain of retries and resumes; its own id when it is the first. */
  originId: string;
  /** A queued run does not start before this instant; null = at once. */
  notBefore: Millis | null;
  /** Engine epoch that stored it. */
  epoch: number;
  createdAt: Millis;
  startedAt: Millis | null;
  finishedAt: Millis | null;
  reason: string | null;
  /** Arguments and variables for this run alone. */
  parameters: RunParameters | null;
  /** Of a retry: what the job was at the try before (see `jobKey`). */
  jobKey: string | null;
  /** Slots that a `missed` or `skipped` record stands for. */
  gap: { count: number; first: Millis; last: Millis } | null;
  steps: StoredStep[];
};
export type StoredStep = {
  position: number;
  name: string;
  status: StepStatus;
  exitCode: number | null;
  signal: string | null;
  /** Process of the step, stored as soon as it was spawned; pid and start time together identify it after a crash. */
  pid: number | null;
  pidStartedAt: string | null;
  startedAt: Millis | null;
  finishedAt: Millis | null;
  error: string | null;
  /** JSON value of a step with `"output": "json"`. */
  result: string | null;
};

export type NewRun = Pick<StoredRun, 'jobId' | 'jobName' | 'cause' | 'attempt' | 'fromStep' | 'reason'> &
  Partial<Pick<StoredRun, 'slot' | 'originId' | 'notBefore' | 'parameters' | 'jobKey'>> & {
    /** The steps before `fromStep`, with the results that an earlier run has for them. */
    kept?: readonly NewStep[];
  };
/** How a run ends; `retry` is the next try, `obsolete` are ids of waiting retries whose work it has done. */
export type RunEnd = {
  status: RunStatus;
  reason: string | null;
  at: Millis;
  retry?: NewRun | undefined;
  obsolete?: readonly string[];
};
export type EndedRun = {
  run: StoredRun;
  retry: StoredRun | undefined;
  /** The waiting retries that were dropped with it. */
  obsolete: readonly StoredRun[];
  /** It began, or a try before it did, and no other follows: the job has ended. */
  last: boolean;
};
/** A step as it is first stored: what is left out is null, and its status is `pending`. */
export type NewStep = { name: string } & StepChange;
export type StepChange = Partial<Omit<StoredStep, 'position' | 'name'>>;
/** Neighbouring lines of one origin, numbered from `first` on; numbers that never come are lines that were cut. */
export type LineGroup = {
  first: number;
  step: number;
  at: Millis;
  stream: OutputStream;
  /** Without line feeds. */
  texts: readonly string[];
};
/** Replaces lines that were cut. */
export type CutRemark = { step: number; at: Millis; text: string };

/**
 * Stores runs; implemented by the store. A change of a run or step is durable when its promise resolves; lines survive a
 * crash of Belfry then, and a power cut once a later change of the run is durable.
 */
export type RunLedger = {
  /** A new `queued` run. */
  create(run: NewRun, at: Millis): Promise<StoredRun>;
  get(id: string): Promise<StoredRun | undefined>;
  /** `queued` -> `running`; of the job's steps those from `fromStep` on are added. Throws CONFLICT when it is no longer queued. */
  begin(id: string, steps: readonly NewStep[], at: Millis): Promise<StoredRun>;
  changeStep(runId: string, position: number, change: StepChange): Promise<void>;
  /**
   * Final state of a run, following `runTransitions`; steps still `running` or `pending` become `skipped` or
   * `interrupted`. The next try is stored and obsolete retries are skipped in the same transaction, so that no crash can
   * come in between.
   */
  finish(id: string, end: RunEnd): Promise<EndedRun>;
  /** Runs that an earlier epoch left queued or running, oldest first. */
  orphans(): Promise<StoredRun[]>;
  /** Newest run of the job that ran and has ended; with `originId`, among the tries of that run. */
  lastEnded(jobId: string, originId?: string): Promise<StoredRun | undefined>;
  /** Appends lines, whose numbers rise. */
  append(runId: string, groups: readonly LineGroup[]): Promise<void>;
  /** Replaces the lines [first, last] by `remark`; the range must not split an `append`. */
  cut(runId: string, first: number, last: number, remark: CutRemark): Promise<void>;
  /** A run that another part of Belfry has carried out, in one transaction, with its steps as they ended. */
  record(run: NewRun, steps: readonly NewStep[], end: RunEnd & { startedAt: Millis }): Promise<EndedRun>;
  view(run: StoredRun): RunView;
};

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
export type TakePost = (line: string, origin: string) => Promise<Problem[] | { skipped: string }>;

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
  /** Texts that must never be stored. */
  secrets(): readonly string[];
  /** Bytes of output kept per run. */
  outputLimit(): number;
  /** A run changed, or lines were added. */
  announce(run: RunView): void;
  /** Under a flood only the newest lines of each tenth of a second come here; `seq` shows the gap. */
  announceOutput(runId: string, lines: OutputLine[]): void;
  /** A run reached its final state, its retries included. */
  finished(run: RunView): void;
};
