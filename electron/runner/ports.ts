import type {
  BuiltinStep,
  Clock,
  Job,
  Log,
  Millis,
  OutputLine,
  OutputStream,
  Problem,
  Random,
  RunCause,
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
  attempt: number;
  /** Index of the first step to run (0 unless resumed). */
  fromStep: number;
  /** Engine epoch that stored it. */
  epoch: number;
  createdAt: Millis;
  startedAt: Millis | null;
  finishedAt: Millis | null;
  reason: string | null;
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
};

export type NewRun = Pick<StoredRun, 'jobId' | 'jobName' | 'cause' | 'attempt' | 'fromStep' | 'reason'>;
export type StepChange = Partial<Omit<StoredStep, 'position' | 'name'>>;
export type NewLine = { step: number; at: Millis; stream: OutputStream; text: string };

/** Where runs are kept; implemented by the store. Every change is durable when its promise resolves. */
export type RunLedger = {
  create(run: NewRun, at: Millis): Promise<StoredRun>;
  get(id: string): Promise<StoredRun | undefined>;
  /** `queued` -> `running` with the steps it will run; throws CONFLICT when it is no longer queued. */
  begin(id: string, steps: { name: string }[], at: Millis): Promise<StoredRun>;
  changeStep(runId: string, position: number, change: StepChange): Promise<void>;
  /** Final state of a run, following `runTransitions`. */
  finish(id: string, status: RunStatus, reason: string | null, at: Millis): Promise<StoredRun>;
  /** Runs that an earlier epoch left queued or running. */
  leftOver(): Promise<StoredRun[]>;
  /** Appends lines, numbering them on; returns them as clients see them. */
  append(runId: string, lines: NewLine[]): Promise<OutputLine[]>;
  /** Forgets earlier runs of the job that succeeded with this very reason (a minute job that had nothing to do). */
  forgetQuiet(jobId: string, reason: string, keepRunId: string): Promise<void>;
  view(run: StoredRun): RunView;
};

/** What a built-in step did; `quiet` when there was nothing to do. */
export type BuiltinResult = { ok: boolean; summary: string; quiet: boolean };
export type Builtin = (context: { signal: AbortSignal; say(text: string): void }) => Promise<BuiltinResult>;

export type RunnerNeeds = {
  clock: Clock;
  random: Random;
  log: Log;
  ledger: RunLedger;
  job(id: string): Job | undefined;
  workspace(id: string): Workspace | undefined;
  /** Folder against which relative folders are meant. */
  baseFolder: string;
  /** Environment for commands: the engine's own with the login shell's PATH. */
  environment(): Promise<Record<string, string>>;
  builtins: Record<BuiltinStep['action'], Builtin>;
  /** Takes one line of a step with `"output": "posts"`; returns what is wrong with it, or nothing. */
  addPost(line: string, context: { runId: string; as: 'draft' | 'queued' }): Promise<Problem[]>;
  /** Texts that must never be stored. */
  secrets(): readonly string[];
  /** Bytes of output kept per run. */
  outputLimit(): number;
  /** A run changed, or lines were added. */
  announce(run: RunView): void;
  announceOutput(runId: string, lines: OutputLine[]): void;
  /** A run reached its final state, its retries included. */
  finished(run: RunView): void;
};
