import type {
  Millis,
  OutputStream,
  QueuedRun,
  RunCause,
  RunParameters,
  RunStatus,
  RunView,
  StepStatus,
} from '../../shared/index.ts';

/** What is stored of a job. */
export type JobState = {
  jobId: string;
  /** When Belfry first saw the job: the default anchor of its intervals. */
  anchor: Millis;
  /** The last instant up to which every slot was handled. */
  cursor: Millis;
  /** False while the job is disabled or removed; a job that comes back starts now, without catch-up. */
  active: boolean;
  /** The schedule when the cursor was written; another one was edited while Belfry did not run. */
  schedule: string;
};

/** Slots of one job that were not run, as one record. */
export type Gap = {
  status: 'missed' | 'skipped';
  count: number;
  first: Millis;
  last: Millis;
  reason: string;
};

/** What one tick decided for one job; stored as a whole before anything starts. */
export type Claim = {
  jobId: string;
  jobName: string;
  /** The cursor that the decision was made from; a claim from another one is stale and does nothing. */
  expected: Millis;
  cursor: Millis;
  /** `notBefore` carries jitter; null = at once. */
  runs: readonly { slot: Millis; cause: 'schedule' | 'catch-up'; notBefore: Millis | null }[];
  gaps: readonly Gap[];
};

/** A queued run of a slot or event; `notBefore` carries jitter. */
export type ClaimedRun = QueuedRun & { cause: 'schedule' | 'catch-up' | 'event' };

/** What became of claims: the runs to start, and the jobs whose cursor was not the expected one. */
export type Claimed = { runs: ClaimedRun[]; stale: string[] };

/** A job has ended, retries included, and jobs that wait for that were not started yet; stored together with the run's end. */
export type JobEnding = { id: string; jobId: string; outcome: 'success' | 'failure' };

/** What becomes of events: runs without a slot, records of jobs that may not run now, and the endings that are handled by it. */
export type EventClaim = {
  runs: { jobId: string; jobName: string; reason: string; notBefore: Millis }[];
  skipped: Claim[];
  /** Ids of endings. */
  answered: string[];
};

/** Stores cursors and claims; implemented by the store. Everything is durable when its promise resolves. */
export type SlotLedger = {
  states(): Promise<JobState[]>;
  /** Stores states as given, replacing older ones of the same jobs. */
  saveStates(states: JobState[]): Promise<void>;
  /**
   * One transaction for all claims; also marks `at` as seen. Its runs are in the order of the claims. A slot that was
   * claimed before is not claimed again. Throws CONFLICT when another engine has taken over the home (owner epoch).
   */
  claim(claims: Claim[], at: Millis): Promise<Claimed>;
  /**
   * Releases slots that were claimed ahead of time and whose runs have not begun: removes the runs and sets the cursors
   * to `cursor` again. One transaction. Throws CONFLICT as `claim` does.
   */
  releaseClaims(
    runs: readonly { runId: string; jobId: string; slot: Millis; cursor: Millis }[],
  ): Promise<void>;
  /** The same for what an engine had claimed ahead of time that crashed before the slots came. */
  releaseOrphanedClaims(): Promise<void>;
  /** Endings that were not handled yet, oldest first; they survive a crash between a run's end and what follows from it. */
  endings(): Promise<JobEnding[]>;
  /** One transaction, so that an ending is handled once. Throws CONFLICT as `claim` does. */
  claimEvent(claim: EventClaim, at: Millis): Promise<ClaimedRun[]>;
  /** The instant up to which all slots of all jobs are known to be handled, or null. */
  seen(): Promise<Millis | null>;
  markSeen(at: Millis): Promise<void>;
  /** Since when the scheduler is paused, or null. */
  pausedSince(): Promise<Millis | null>;
  setPausedSince(since: Millis | null): Promise<void>;
};

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
