import type { Clock, Job, Log, Millis, RunView } from '../../shared/index.ts';
import { type Admission, admit } from './admission.ts';
import type { StopReason } from './flow.ts';
import { setTimer } from './pause.ts';
import type { AcceptedRun, EndedRun } from './ports.ts';
import { createStop, type Stop } from './stop.ts';

/** A run at work. */
export type RunningRun = { runId: string; jobId: string; name: string; startedAt: Millis | null };
type Active = RunningRun & { stop: Stop; done: Promise<void> };

export type RosterNeeds = {
  clock: Clock;
  log: Log;
  job(id: string): Job | undefined;
  execute(run: { job: Job; runId: string; stop: Stop; begun(view: RunView): void }): Promise<EndedRun>;
  /** A run's turn never came. */
  skip(run: AcceptedRun, reason: string): Promise<void>;
  ended(run: EndedRun): void;
};

/** Who runs, who waits for a place, who waits for its time. */
export type Roster = {
  accept(run: AcceptedRun): void;
  /** Whether a run of the job would be skipped if it came now, and why. */
  refusal(job: Job): string | null;
  running(): RunningRun[];
  /** Resolves with the run's first view when it begins, or with nothing when it has to wait or is skipped. */
  begun(runId: string): Promise<RunView | undefined>;
  /** Stops a run at work and waits for its end; false when it is not at work. */
  stop(runId: string, reason: StopReason, why: string): Promise<boolean>;
  /** Takes a run out that has not begun; false when there is none. */
  withdraw(runId: string): boolean;
  /** From now on nothing begins; resolves when all at work have ended, which they are told to after `drainMs`. */
  close(drainMs: number): Promise<void>;
};

/** Applies the overlap rules of jobs to the runs that come, and starts the next when one ends. */
export function createRoster(needs: RosterNeeds): Roster {
  const { clock, log } = needs;
  const active = new Map<string, Active>();
  const delayed = new Map<string, () => void>();
  let waiting: AcceptedRun[] = [];
  let closed = false;

  const ofJob = (jobId: string) => [...active.values()].filter((run) => run.jobId === jobId);
  const waitingOf = (jobId: string) => waiting.filter((run) => run.jobId === jobId);
  const present = (jobId: string) => ({ running: ofJob(jobId).length, waiting: waitingOf(jobId).length });

  function accept(run: AcceptedRun): void {
    if (closed) return; // It stays queued in the ledger, and the next engine starts it.
    const delay = run.notBefore - clock.now();
    if (delay <= 0) place(run);
    else
      delayed.set(
        run.runId,
        setTimer(clock, delay, () => comeBack(run)),
      );
  }

  function comeBack(run: AcceptedRun): void {
    delayed.delete(run.runId);
    accept(run);
  }

  function place(run: AcceptedRun): void {
    const job = needs.job(run.jobId);
    const admission: Admission = job
      ? admit(job, present(job.id))
      : { do: 'skip', reason: 'The job does not exist any more.' };
    if (admission.do === 'skip') skip(run, admission.reason);
    else if (admission.do === 'start' && job) begin(job, run);
    else {
      if (admission.do === 'replace') makeRoom(run);
      waiting.push(run);
    }
  }

  function makeRoom(run: AcceptedRun): void {
    const why = `Run ${run.runId} took its place.`;
    for (const older of waitingOf(run.jobId)) skip(older, why);
    waiting = waiting.filter((other) => other.jobId !== run.jobId);
    ofJob(run.jobId)
      .find(({ stop }) => stop.reason() === null)
      ?.stop.request('cancelled', why);
  }

  function begin(job: Job, run: AcceptedRun): void {
    const stop = createStop(clock);
    const entry: Active = { ...run, name: job.name, startedAt: null, stop, done: Promise.resolve() };
    active.set(run.runId, entry);
    const begun = (view: RunView) => {
      entry.startedAt = clock.now();
      tell(run.runId, view);
    };
    entry.done = needs
      .execute({ job, runId: run.runId, stop, begun })
      .finally(() => active.delete(run.runId)) // Before its end is told: whoever hears of it may start the next one.
      .then(needs.ended)
      .catch((error) => log('error', `Run ${run.runId} ended in an error`, { error: String(error) }))
      .finally(() => {
        tell(run.runId, undefined);
        next(job.id);
      });
  }

  function next(jobId: string): void {
    const run = waiting.find((other) => other.jobId === jobId);
    if (!run || closed) return;
    waiting = waiting.filter((other) => other !== run);
    place(run);
  }

  function skip(run: AcceptedRun, reason: string): void {
    tell(run.runId, undefined);
    needs
      .skip(run, reason)
      .catch((error) => log('error', 'A run could not be skipped', { error: String(error) }));
  }

  const listeners = new Map<string, (view: RunView | undefined) => void>();
  function tell(runId: string, view: RunView | undefined): void {
    listeners.get(runId)?.(view);
    listeners.delete(runId);
  }

  return {
    accept,
    refusal(job) {
      const admission = admit(job, present(job.id));
      return admission.do === 'skip' ? admission.reason : null;
    },
    running: () =>
      [...active.values()].map(({ runId, jobId, name, startedAt }) => ({ runId, jobId, name, startedAt })),
    begun: (runId) =>
      active.has(runId)
        ? new Promise((resolve) => listeners.set(runId, resolve))
        : Promise.resolve(undefined),
    async stop(runId, reason, why) {
      const run = active.get(runId);
      run?.stop.request(reason, why);
      await run?.done;
      return run !== undefined;
    },
    withdraw(runId) {
      const isThere = delayed.has(runId) || waiting.some((run) => run.runId === runId);
      delayed.get(runId)?.();
      delayed.delete(runId);
      waiting = waiting.filter((run) => run.runId !== runId);
      return isThere;
    },
    async close(drainMs) {
      closed = true;
      for (const cancel of delayed.values()) cancel();
      delayed.clear();
      waiting = [];
      const ends = Promise.all([...active.values()].map((run) => run.done));
      const cancel = setTimer(clock, drainMs, () => {
        for (const { stop } of active.values())
          stop.request('interrupted', 'Belfry was stopped while it ran.');
      });
      await ends;
      cancel();
    },
  };
}
