import type {
  Clock,
  FireTimes,
  Job,
  Log,
  Millis,
  Problem,
  Random,
  StartDecision,
  Trigger,
  WaitingRun,
  WakeReason,
  WireError,
} from '../../shared/index.ts';
import type { Claim, ClaimedRun, SlotLedger } from '../store/index.ts';

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
