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
  Random,
  RunCause,
  RunParameters,
  RunStatus,
  RunView,
  StepStatus,
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
  /** 1 for the first try. */
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
  /** What a person gave it on its way. */
  parameters: RunParameters | null;
  /** Of a retry: what the job was when it was tried before (see `jobKey`). */
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
  /** Process of the step, known as soon as it was spawned; with its start time it cannot be confused after a crash. */
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
/** How a run ends; `retry` is the try after it, `obsolete` are ids of waiting retries whose work it has done. */
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
  /** The retries that were dropped with its end. */
  obsolete: readonly StoredRun[];
  /** It did begin, or a try before it did, and no try follows: the job's work is over. */
  last: boolean;
};
/** A step as it is stored first: what is left out is null, and its status `pending`. */
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
/** Belfry's word in place of lines that were cut. */
export type CutRemark = { step: number; at: Millis; text: string };

/**
 * Where runs are kept; implemented by the store. Every change of a run or step is durable when its promise resolves;
 * lines survive the death of Belfry then, and a power cut once a later change of the run is durable.
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
   * `interrupted`. The try after it is stored, and retries it makes obsolete are skipped, in the same transaction, so
   * that no crash can part them.
   */
  finish(id: string, end: RunEnd): Promise<EndedRun>;
  /** Runs that an earlier epoch left queued or running, oldest first. */
  leftOver(): Promise<StoredRun[]>;
  /** Newest run of the job that really ran and has ended; with `originId` among the tries of that run. */
  lastEnded(jobId: string, originId?: string): Promise<StoredRun | undefined>;
  /** Appends lines, whose numbers rise. */
  append(runId: string, groups: readonly LineGroup[]): Promise<void>;
  /** Removes what was appended inside [first, last], which must not split an `append`, and puts `remark` in its place. */
  cut(runId: string, first: number, last: number, remark: CutRemark): Promise<void>;
  /** Forgets earlier runs of the job that succeeded with this very reason (a minute job that had nothing to do). */
  forgetQuiet(jobId: string, reason: string, keepRunId: string): Promise<void>;
  view(run: StoredRun): RunView;
};

/** A run that is stored as `queued` and waits to be started (the scheduler's `ClaimedRun`). */
export type AcceptedRun = Pick<StoredRun, 'jobId' | 'cause' | 'slot' | 'createdAt'> & {
  runId: string;
  notBefore: Millis;
  /** Of a run that Belfry itself tries again. */
  retry?: Pick<StoredRun, 'attempt' | 'originId' | 'fromStep' | 'parameters' | 'jobKey'>;
};

/** What the schedule says of a waiting run (the scheduler's `Turn`). */
export type Turn =
  | { do: 'go' }
  | { do: 'hold'; until: Millis | null }
  | { do: 'drop'; status: 'skipped' | 'missed'; reason: string };

/** What a built-in step did; `quiet` when there was nothing to do. */
export type BuiltinResult = { ok: boolean; summary: string; quiet: boolean };
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
 * Takes one line; gives what is wrong with it, or nothing; of a good line that was passed over as a repetition what is
 * said of it, after `Line 3`. `origin` is the same when a retry prints the line again.
 */
export type TakePost = (line: string, origin: string) => Promise<Problem[] | { skipped: string }>;

/** The process that starts commands in the engine's stead, as its host runs it. */
export type HelperProcess = {
  /** Resolves when it has ended, with how that came in words, also when it could not be started. */
  ended: Promise<string>;
  /** Ends it by force; does nothing once it has ended. */
  kill(): void;
};
export type HelperHost = {
  /** Socket file through which engine and helper talk; its folder belongs to this user alone. */
  socket: string;
  /** Starts the helper's program. It gets nothing of our environment, in which there may be keys. Never throws. */
  launch(args: readonly string[]): HelperProcess;
};

export type RunnerDeps = {
  clock: Clock;
  random: Random;
  log: Log;
  ledger: RunLedger;
  job(id: string): Job | undefined;
  workspace(id: string): Workspace | undefined;
  /** Whether a waiting run that nobody started by hand may start now; with `grace`, whether it is too late for it. */
  turn(run: AcceptedRun & { attempt: number }, grace: boolean): Turn;
  /** Folder against which relative folders are meant. */
  baseFolder: string;
  /** Environment for commands: the engine's own with the login shell's PATH. */
  environment(): Promise<Record<string, string>>;
  builtins: Record<BuiltinStep['action'], Builtin>;
  /** Opens the way in for what one try of a step with `"output": "posts"` prints. */
  takePosts(context: PostContext): TakePost;
  /** For webhook steps; left out = the platform's own. */
  fetch?: typeof fetch;
  /** Starts commands for us, since forking holds the loop the longer the more memory we have; left out = we start them ourselves. */
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
