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
  /** Slots of a job were stored as missed or skipped. */
  gaps?(claim: Pick<Claim, 'jobId' | 'jobName' | 'gaps'>): void;
  /** Something that clients show has changed: a pause, the next slot. */
  changed(): void;
  /** Slots cannot be claimed (disk full, home taken over): what to show, or null once they can again. */
  trouble?(error: WireError | null): void;
};

/** What starts the runs that were claimed. */
export type SlotRunner = {
  /** Takes a claimed run; must not throw. */
  accept(run: ClaimedRun): void;
  /** Runs that wait are decided about again: a pause, the configuration or the schedule has changed. */
  review(): void;
};

/** Decides when jobs are due (design §3) and hands their runs over. */
export type Scheduler = {
  /** Releases what a crashed engine had claimed ahead of time, before the runner recovers what is queued; `start` does it too. */
  recover(): Promise<void>;
  /** Catches up what fell into the downtime, then follows the clock; `runner` gets what is due. Can be called twice. */
  start(runner: SlotRunner): Promise<void>;
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
   * `grace` it may also be too late. To be asked again at each `review`.
   */
  decideStart(run: WaitingRun, grace: boolean): StartDecision;
  /** When the job runs next, or null. */
  next(jobId: string): Millis | null;
  /** The job's schedule in words. */
  describe(job: Job): string;
  /** From when the job's intervals without an anchor count: when Belfry first saw it; null before that. */
  anchor(jobId: string): Millis | null;
  /**
   * What is wrong with the job's schedule, other jobs taken into account; [] when nothing is. `together` are jobs that
   * are to be saved with it.
   */
  check(job: Job, together?: readonly Job[]): Problem[];
  /** Fire times of a job or of a trigger; rejects with BAD_INPUT when it means nothing. `timezone` overrides the job's. */
  fireTimes(query: {
    job?: Job;
    trigger?: Trigger;
    timezone?: string;
    from: Millis;
    count: number;
  }): Promise<FireTimes>;
};
