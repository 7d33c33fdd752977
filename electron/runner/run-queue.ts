import { type Job, type Millis, type RunView, type StartDecision, setTimer } from '../../shared/index.ts';
import type { EndedRun, StoredRun } from '../store/index.ts';
import type { AcceptedRun, RunnerDeps } from './deps.ts';
import { createStop, type Stop } from './execute-run.ts';
import { type Admission, admit, isDoneBy, retryEnds, type StopReason } from './run-policy.ts';

/** A run that is executing. */
export type RunningRun = { runId: string; jobId: string; name: string; startedAt: Millis | null };
type Active = RunningRun & { stop: Stop; done: Promise<void> };

type RunQueueDeps = Pick<RunnerDeps, 'clock' | 'log' | 'job' | 'decideStart'> & {
  execute(run: {
    job: Job;
    runId: string;
    stop: Stop;
    begun(view: RunView): void;
    obsolete(run: StoredRun): string[];
  }): Promise<EndedRun>;
  /** The run does not start at all. */
  skip(run: AcceptedRun, status: 'skipped' | 'missed', reason: string): Promise<void>;
  ended(run: EndedRun): void;
};

/** The runs of all jobs that execute, wait for a free instance of their job, or wait for their time. */
type RunQueue = {
  accept(run: AcceptedRun): void;
  /** Whether a run of the job would be skipped if it came now, and why. */
  refusal(job: Job): string | null;
  running(): RunningRun[];
  /** Resolves with the run's first view when it begins, or with nothing when it has to wait or is skipped. */
  begun(runId: string): Promise<RunView | undefined>;
  /** The waiting retry of a chain of tries. */
  retryOf(originId: string): AcceptedRun | undefined;
  /** Starts a waiting run now, whatever holds it; false when it does not wait. */
  startNow(runId: string): boolean;
  /** Pause, configuration or blackouts have changed: decides again about every run that waits. */
  review(): void;
  /** Stops an executing run and waits for its end; false when it does not execute. */
  stop(runId: string, reason: StopReason, why: string): Promise<boolean>;
  /** Removes a run that has not begun; false when there is none. */
  withdraw(runId: string): boolean;
  /** Starts nothing more; resolves when all runs have ended. Those that still execute after `drainMs` are stopped. */
  close(drainMs: number): Promise<void>;
};

/** Timers stand still while the machine sleeps, so the wall clock is read at least this often (milliseconds). */
const longestTimer = 15_000;
const go: StartDecision = { do: 'go' };
const jobRemoved = 'The job does not exist any more.';

/** Applies the overlap rules of jobs to the runs that come, and starts the next when one ends. */
export function createRunQueue(deps: RunQueueDeps): RunQueue {
  const { clock, log } = deps;
  const active = new Map<string, Active>();
  const byJob = new Map<string, Set<Active>>();
  /** Runs whose time has not come, or that a pause or blackout holds. */
  const delayed = new Map<string, { run: AcceptedRun; held: boolean; wake(): void; cancel(): void }>();
  /** Runs that wait for a free instance of their job, in order. */
  let waiting: AcceptedRun[] = [];
  /** The order in which runs were accepted, in which those that were held go on. */
  const order = new WeakMap<AcceptedRun, number>();
  let accepted = 0;
  let closed = false;

  const ofJob = (jobId: string): ReadonlySet<Active> => byJob.get(jobId) ?? none;
  const present = (jobId: string) => ({
    running: ofJob(jobId).size,
    waiting: waiting.filter((run) => run.jobId === jobId && !isPromised(run, deps.job(jobId))).length,
  });

  function accept(run: AcceptedRun): void {
    if (closed) return; // It stays queued in the ledger, and the next engine starts it.
    accepted += 1;
    order.set(run, accepted);
    const now = clock.now();
    // A clock that was set back since the run was stored must not make it wait longer.
    const delay = Math.min(run.notBefore - now, run.notBefore - run.createdAt);
    if (delay <= 0) onDue(run);
    else postpone(run, { until: now + delay, held: false });
  }

  /** Lets a run wait until an instant (its start time, or the end of what holds it), or until `review` wakes it. */
  function postpone(run: AcceptedRun, { until, held }: { until: Millis | null; held: boolean }): void {
    const due = until === null ? null : clock.monotonic() + until - clock.now();
    const wake = () => {
      delayed.get(run.runId)?.cancel();
      delayed.delete(run.runId);
      onDue(run);
    };
    const arm = () => {
      const left =
        until === null || due === null ? null : Math.min(due - clock.monotonic(), until - clock.now());
      if (left !== null && left <= 0) return wake();
      const cancel = left === null ? () => {} : setTimer(clock, Math.min(left, longestTimer), arm);
      delayed.set(run.runId, { run, held, wake, cancel });
    };
    arm();
  }

  /** The start time of a run has come. */
  function onDue(run: AcceptedRun): void {
    if (applyDecision(run, decide(run, true))) return;
    startOrWait(run);
  }

  /** Drops or postpones a run that may not start now; true when it did. */
  function applyDecision(run: AcceptedRun, decision: StartDecision): boolean {
    if (decision.do === 'go') return false;
    if (decision.do === 'drop') skip(run, decision.status, decision.reason);
    else postpone(run, { until: decision.until, held: true });
    return true;
  }

  function decide(run: AcceptedRun, grace: boolean): StartDecision {
    const { retry, cause } = run;
    const job = deps.job(run.jobId);
    if (!job) return { do: 'drop', status: 'skipped', reason: jobRemoved };
    const end = retry ? retryEnds(job, retry) : null;
    if (end !== null) return { do: 'drop', status: 'skipped', reason: end };
    const isByHand = !retry && (cause === 'manual' || cause === 'retry');
    return isByHand ? go : deps.decideStart({ ...run, attempt: retry?.attempt ?? 1 }, grace);
  }

  function startOrWait(run: AcceptedRun): void {
    const job = deps.job(run.jobId);
    const admission: Admission = job
      ? admit(job, present(job.id), isPromised(run, job))
      : { do: 'skip', reason: jobRemoved };
    if (admission.do === 'skip') skip(run, 'skipped', admission.reason);
    else if (admission.do === 'wait') waiting.push(run);
    else if (job && admission.do === 'start') start(job, run);
    else if (job) {
      replaceRunning(run, job);
      waiting.unshift(run);
    }
  }

  function replaceRunning(run: AcceptedRun, job: Job): void {
    const why = `Run ${run.runId} took its place.`;
    const replaced = waiting.filter((older) => older.jobId === job.id && !isPromised(older, job));
    waiting = waiting.filter((older) => !replaced.includes(older));
    for (const older of replaced) skip(older, 'skipped', why);
    [...ofJob(job.id)].find(({ stop }) => stop.reason() === null)?.stop.request('cancelled', why);
  }

  function start(job: Job, run: AcceptedRun): void {
    const { runId, jobId } = run;
    const stop = createStop(clock);
    const entry: Active = { runId, jobId, name: job.name, startedAt: null, stop, done: Promise.resolve() };
    active.set(runId, entry);
    byJob.set(jobId, new Set([...ofJob(jobId), entry]));
    const begun = (view: RunView) => {
      entry.startedAt = clock.now();
      notify(runId, view);
    };
    entry.done = deps
      .execute({ job, runId, stop, begun, obsolete: (done) => removeDone(done, job) })
      .finally(() => removeActive(entry)) // Before its end is announced, since that may start the next run.
      .then(deps.ended)
      .catch((error) => log('error', `Run ${runId} ended in an error`, { error: String(error) }))
      .finally(() => {
        notify(runId, undefined);
        startNext(job.id);
      });
  }

  function removeActive(entry: Active): void {
    active.delete(entry.runId);
    const others = new Set([...ofJob(entry.jobId)].filter((other) => other !== entry));
    if (others.size > 0) byJob.set(entry.jobId, others);
    else byJob.delete(entry.jobId);
  }

  /** Starts waiting runs of a job as far as `maxInstances` allows. */
  function startNext(jobId: string): void {
    for (;;) {
      const run = waiting.find((other) => other.jobId === jobId);
      if (!run || closed) return;
      const job = deps.job(jobId);
      if (job && ofJob(jobId).size >= job.maxInstances) return;
      waiting = waiting.filter((other) => other !== run);
      if (!applyDecision(run, decide(run, false))) startOrWait(run);
    }
  }

  /** Removes the waiting retries whose work a run has done; their ids. */
  function removeDone(run: StoredRun, job: Job): string[] {
    const done = [...[...delayed.values()].map((entry) => entry.run), ...waiting]
      .filter((other) => other.jobId === job.id && isDoneBy(run, job, other))
      .map(({ runId }) => runId);
    done.forEach(withdraw);
    return done;
  }

  function withdraw(runId: string): boolean {
    const isThere = delayed.has(runId) || waiting.some((run) => run.runId === runId);
    delayed.get(runId)?.cancel();
    delayed.delete(runId);
    waiting = waiting.filter((run) => run.runId !== runId);
    return isThere;
  }

  function skip(run: AcceptedRun, status: 'skipped' | 'missed', reason: string): void {
    notify(run.runId, undefined);
    deps
      .skip(run, status, reason)
      .catch((error) => log('error', 'A run could not be skipped', { error: String(error) }));
  }

  function review(): void {
    const postponed = [...delayed.values()].sort((a, b) => (order.get(a.run) ?? 0) - (order.get(b.run) ?? 0));
    for (const { run, held, wake } of postponed) {
      const decision = decide(run, false);
      if (decision.do === 'drop') {
        withdraw(run.runId);
        skip(run, decision.status, decision.reason);
      } else if (decision.do === 'go' && held) wake();
    }
    for (const run of [...waiting]) {
      const decision = decide(run, false);
      if (decision.do !== 'drop') continue;
      withdraw(run.runId);
      skip(run, decision.status, decision.reason);
    }
    for (const jobId of new Set(waiting.map((run) => run.jobId))) startNext(jobId);
  }

  const startListeners = new Map<string, (view: RunView | undefined) => void>();
  function notify(runId: string, view: RunView | undefined): void {
    startListeners.get(runId)?.(view);
    startListeners.delete(runId);
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
        ? new Promise((resolve) => startListeners.set(runId, resolve))
        : Promise.resolve(undefined),
    retryOf: (originId) =>
      [...[...delayed.values()].map(({ run }) => run), ...waiting].find(
        ({ retry }) => retry?.originId === originId,
      ),
    startNow(runId) {
      const run = delayed.get(runId)?.run ?? waiting.find((other) => other.runId === runId);
      if (!run || closed) return false;
      withdraw(runId);
      startOrWait(run);
      return true;
    },
    review,
    async stop(runId, reason, why) {
      const run = active.get(runId);
      run?.stop.request(reason, why);
      await run?.done;
      return run !== undefined;
    },
    withdraw,
    async close(drainMs) {
      closed = true;
      for (const { cancel } of delayed.values()) cancel();
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

const none: ReadonlySet<Active> = new Set();

/** A run that the overlap rule let through before (a retry, or a slot that is caught up): it may wait for a free instance. */
function isPromised({ retry, cause }: AcceptedRun, job: Job | undefined): boolean {
  return retry !== undefined || (cause === 'catch-up' && job?.coalesce === false);
}
