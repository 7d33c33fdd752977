import type { Clock, Job, Log, Millis, Random } from '../../shared/index.ts';

/** What is remembered of a job between beats. */
export type JobState = {
  jobId: string;
  /** When Belfry first saw the job: the default anchor of its intervals. */
  anchor: Millis;
  /** The last instant up to which every slot was handled. */
  cursor: Millis;
  /** False while the job is disabled or gone; a job that comes back starts at now, without catch-up. */
  active: boolean;
};

/** Slots of one job that were not run, as one record. */
export type Gap = {
  status: 'missed' | 'skipped';
  count: number;
  first: Millis;
  last: Millis;
  reason: string;
};

/** What one beat decided for one job: stored as a whole before anything starts. */
export type Claim = {
  jobId: string;
  jobName: string;
  /** The cursor that the decision was made from; a claim from another one is stale and does nothing. */
  expected: Millis;
  cursor: Millis;
  runs: { slot: Millis; cause: 'schedule' | 'catch-up' }[];
  gaps: Gap[];
};

/** A run that is stored as `queued` and waits to be started; `notBefore` carries jitter. */
export type ClaimedRun = { runId: string; jobId: string; slot: Millis | null; notBefore: Millis };

/** Where cursors and claims are kept; implemented by the store. */
export type SlotLedger = {
  states(): Promise<JobState[]>;
  /** Stores states as given, replacing older ones of the same jobs. */
  saveStates(states: JobState[]): Promise<void>;
  /** One transaction for all claims. Throws CONFLICT when another engine has taken the home over (owner epoch). */
  claim(claims: Claim[], at: Millis): Promise<ClaimedRun[]>;
  /** A run without a slot, because of an event. */
  claimEvent(jobId: string, jobName: string, reason: string, at: Millis): Promise<ClaimedRun>;
  /** Since when the scheduler is paused, or null. */
  pausedSince(): Promise<Millis | null>;
  setPausedSince(since: Millis | null): Promise<void>;
};

export type SchedulerNeeds = {
  clock: Clock;
  random: Random;
  log: Log;
  ledger: SlotLedger;
  /** All jobs, built-in ones included, as the last good configuration has them. */
  jobs(): readonly Job[];
  /** IANA zone for jobs without one. */
  defaultTimezone(): string;
  /** Hands a claimed run to the runner; must not throw. */
  dispatch(run: ClaimedRun): void;
  /** Something that clients show has changed (pause, next slot). */
  changed(): void;
};
