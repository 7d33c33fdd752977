import type { Millis, QueuedRun } from '../../shared/index.ts';

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
