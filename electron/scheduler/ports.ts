import type {
  Clock,
  FireTimes,
  Job,
  Log,
  Millis,
  Problem,
  QueuedRun,
  Random,
  StartDecision,
  Trigger,
  WaitingRun,
  WakeReason,
  WireError,
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

export type SchedulerDeps = {
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
  /** Slots of a job were stored as missed or skipped. */
  gaps?(claim: Pick<Claim, 'jobId' | 'jobName' | 'gaps'>): void;
  /** Something that clients show has changed (pause, next slot), and with it perhaps the turns of runs that wait. */
  changed(): void;
  /** Slots cannot be claimed (disk full, home taken over): what to show, or null once they can again. */
  trouble?(error: WireError | null): void;
};

/** Decides when jobs are due (design §3) and hands their runs over. */
export type Scheduler = {
  /** Releases what a crashed engine had claimed ahead of time, before the runner recovers what is queued; `start` does it too. */
  recover(): Promise<void>;
  /** Catches up what fell into the downtime, then follows the clock. Can be called twice. */
  start(): Promise<void>;
  /** No more slots, while the runner drains: a run that ends meanwhile still queues the jobs that wait for it. */
  drain(): void;
  /** No more slots and events; resolves when the last claim is stored. Can be called twice. */
  stop(): Promise<void>;
  /** A hint to read the clock now. */
  wake(reason: WakeReason): void;
  /** Stops slots and events, not manual runs; survives restarts. */
  pause(): Promise<void>;
  /** Ends the pause; its slots are recorded as skipped. */
  resume(): Promise<void>;
  paused(): boolean;
  /** The configuration has changed. Edited jobs keep their anchor; a new schedule never catches up slots of the past. */
  jobsChanged(): Promise<void>;
  /** A run of the job ended, its retries included, and that is stored: starts jobs that wait for it (see `endings`). */
  jobEnded(jobId: string): void;
  /**
   * What becomes of a waiting run now: a pause, a blackout or the end of its job hold or drop it as they do slots. With
   * `grace` it may also be too late. To be asked again whenever `changed` was called.
   */
  decideStart(run: WaitingRun, grace: boolean): StartDecision;
  /** When the job runs next, or null. */
  next(jobId: string): Millis | null;
  /** The next slots of all jobs, soonest first. */
  upcoming(limit: number, until?: Millis): { jobId: string; at: Millis }[];
  /** The job's schedule in words. */
  describe(job: Job): string;
  /** From when the job's intervals without an anchor count: when Belfry first saw it; null before that. */
  anchor(jobId: string): Millis | null;
  /**
   * What is wrong with the job's schedule, other jobs taken into account; [] when nothing is. `together` are jobs that
   * are to be saved with it.
   */
  check(job: Job, together?: readonly Job[]): Problem[];
  checkTrigger(trigger: Trigger, timezone: string): Problem[];
  /** Fire times of a job or of a trigger; rejects with BAD_INPUT when it means nothing. `timezone` overrides the job's. */
  fireTimes(query: {
    job?: Job;
    trigger?: Trigger;
    timezone?: string;
    from: Millis;
    count: number;
  }): Promise<FireTimes>;
};
