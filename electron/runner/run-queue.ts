import { type Clock, type Job, type Log, type Millis, type RunView, setTimer } from '../../shared/index.ts';
import { createStop, type Stop } from './execute-run.ts';
import type { AcceptedRun, EndedRun, StoredRun, Turn } from './ports.ts';
import { type Admission, admit, isDoneBy, retryEnds, type StopReason } from './run-policy.ts';

/** A run at work. */
export type RunningRun = { runId: string; jobId: string; name: string; startedAt: Millis | null };
type Active = RunningRun & { stop: Stop; done: Promise<void> };

export type RunQueueDeps = {
  clock: Clock;
  log: Log;
  job(id: string): Job | undefined;
  /** What the schedule says of a run that nobody started by hand. */
  turn(run: AcceptedRun & { attempt: number }, grace: boolean): Turn;
  execute(run: {
    job: Job;
    runId: string;
    stop: Stop;
    begun(view: RunView): void;
    obsolete(run: StoredRun): string[];
  }): Promise<EndedRun>;
  /** A run's turn never came. */
  skip(run: AcceptedRun, status: 'skipped' | 'missed', reason: string): Promise<void>;
  ended(run: EndedRun): void;
};

/** Who runs, who waits for a place, who waits for its time. */
export type RunQueue = {
  accept(run: AcceptedRun): void;
  /** Whether a run of the job would be skipped if it came now, and why. */
  refusal(job: Job): string | null;
  running(): RunningRun[];
  /** Resolves with the run's first view when it begins, or with nothing when it has to wait or is skipped. */
  begun(runId: string): Promise<RunView | undefined>;
  /** The waiting retry of a chain of tries. */
  retryOf(originId: string): AcceptedRun | undefined;
  /** Asks for a waiting run at once, whatever holds it; false when it does not wait. */
  hurry(runId: string): boolean;
  /** Pause, configuration or blackouts have changed: what waits is asked about anew. */
  review(): void;
  /** Stops a run at work and waits for its end; false when it is not at work. */
  stop(runId: string, reason: StopReason, why: string): Promise<boolean>;
  /** Takes a run out that has not begun; false when there is none. */
  withdraw(runId: string): boolean;
  /** From now on nothing begins; resolves when all at work have ended, which they are told to after `drainMs`. */
  close(drainMs: number): Promise<void>;
};

/** Timers stand still while the machine sleeps: nobody sleeps longer without a look at the clock (milliseconds). */
const longestSleep = 15_000;
const go: Turn = { do: 'go' };
const removed = 'The job does not exist any more.';

/** Applies the overlap rules of jobs to the runs that come, and starts the next when one ends. */
export function createRunQueue(deps: RunQueueDeps): RunQueue {
  const { clock, log } = deps;
  const active = new Map<string, Active>();
  const byJob = new Map<string, Set<Active>>();
  /** Runs whose time has not come, or that a pause or blackout holds. */
  const asleep = new Map<string, { run: AcceptedRun; held: boolean; wake(): void; cancel(): void }>();
  /** Runs that wait for a place, in order. */
  let line: AcceptedRun[] = [];
  /** In which order runs were accepted: what is held together goes on in it. */
  const order = new WeakMap<AcceptedRun, number>();
  let accepted = 0;
  let closed = false;

  const ofJob = (jobId: string): ReadonlySet<Active> => byJob.get(jobId) ?? none;
  const present = (jobId: string) => ({
    running: ofJob(jobId).size,
    waiting: line.filter((run) => run.jobId === jobId && !isOwed(run, deps.job(jobId))).length,
  });

  function accept(run: AcceptedRun): void {
    if (closed) return; // It stays queued in the ledger, and the next engine starts it.
    accepted += 1;
    order.set(run, accepted);
    const now = clock.now();
    // A clock that was set back since it was stored does not make it wait longer than was meant.
    const delay = Math.min(run.notBefore - now, run.notBefore - run.createdAt);
    if (delay <= 0) take(run);
    else sleep(run, { until: now + delay, held: false });
  }

  /** Puts a run aside until an instant, or for as long as nobody wakes it: for its time to come, or while it is held. */
  function sleep(run: AcceptedRun, { until, held }: { until: Millis | null; held: boolean }): void {
    const due = until === null ? null : clock.monotonic() + until - clock.now();
    const wake = () => {
      asleep.get(run.runId)?.cancel();
      asleep.delete(run.runId);
      take(run);
    };
    const arm = () => {
      const left =
        until === null || due === null ? null : Math.min(due - clock.monotonic(), until - clock.now());
      if (left !== null && left <= 0) return wake();
      const cancel = left === null ? () => {} : setTimer(clock, Math.min(left, longestSleep), arm);
      asleep.set(run.runId, { run, held, wake, cancel });
    };
    arm();
  }

  /** A run's time has come. */
  function take(run: AcceptedRun): void {
    if (settle(run, turnOf(run, true))) return;
    place(run);
  }

  /** Whether a run may not start now, and what became of it instead. */
  function settle(run: AcceptedRun, turn: Turn): boolean {
    if (turn.do === 'go') return false;
    if (turn.do === 'drop') skip(run, turn.status, turn.reason);
    else sleep(run, { until: turn.until, held: true });
    return true;
  }

  function turnOf(run: AcceptedRun, grace: boolean): Turn {
    const { retry, cause } = run;
    const job = deps.job(run.jobId);
    if (!job) return { do: 'drop', status: 'skipped', reason: removed };
    const end = retry ? retryEnds(job, retry) : null;
    if (end !== null) return { do: 'drop', status: 'skipped', reason: end };
    const isByHand = !retry && (cause === 'manual' || cause === 'retry');
    return isByHand ? go : deps.turn({ ...run, attempt: retry?.attempt ?? 1 }, grace);
  }

  function place(run: AcceptedRun): void {
    const job = deps.job(run.jobId);
    const admission: Admission = job
      ? admit(job, present(job.id), isOwed(run, job))
      : { do: 'skip', reason: removed };
    if (admission.do === 'skip') skip(run, 'skipped', admission.reason);
    else if (admission.do === 'wait') line.push(run);
    else if (job && admission.do === 'start') begin(job, run);
    else if (job) {
      makeRoom(run, job);
      line.unshift(run);
    }
  }

  function makeRoom(run: AcceptedRun, job: Job): void {
    const why = `Run ${run.runId} took its place.`;
    const replaced = line.filter((older) => older.jobId === job.id && !isOwed(older, job));
    line = line.filter((older) => !replaced.includes(older));
    for (const older of replaced) skip(older, 'skipped', why);
    [...ofJob(job.id)].find(({ stop }) => stop.reason() === null)?.stop.request('cancelled', why);
  }

  function begin(job: Job, run: AcceptedRun): void {
    const { runId, jobId } = run;
    const stop = createStop(clock);
    const entry: Active = { runId, jobId, name: job.name, startedAt: null, stop, done: Promise.resolve() };
    active.set(runId, entry);
    byJob.set(jobId, new Set([...ofJob(jobId), entry]));
    const begun = (view: RunView) => {
      entry.startedAt = clock.now();
      tell(runId, view);
    };
    entry.done = deps
      .execute({ job, runId, stop, begun, obsolete: (done) => takeDone(done, job) })
      .finally(() => leave(entry)) // Before its end is told: whoever hears of it may start the next one.
      .then(deps.ended)
      .catch((error) => log('error', `Run ${runId} ended in an error`, { error: String(error) }))
      .finally(() => {
        tell(runId, undefined);
        next(job.id);
      });
  }

  function leave(entry: Active): void {
    active.delete(entry.runId);
    const others = new Set([...ofJob(entry.jobId)].filter((other) => other !== entry));
    if (others.size > 0) byJob.set(entry.jobId, others);
    else byJob.delete(entry.jobId);
  }

  /** Fills the places of a job that are free with the runs that wait for them. */
  function next(jobId: string): void {
    for (;;) {
      const run = line.find((other) => other.jobId === jobId);
      if (!run || closed) return;
      const job = deps.job(jobId);
      if (job && ofJob(jobId).size >= job.maxInstances) return;
      line = line.filter((other) => other !== run);
      if (!settle(run, turnOf(run, false))) place(run);
    }
  }

  /** Takes the retries out whose work a run has done. */
  function takeDone(run: StoredRun, job: Job): string[] {
    const done = [...[...asleep.values()].map((sleeper) => sleeper.run), ...line]
      .filter((other) => other.jobId === job.id && isDoneBy(run, job, other))
      .map(({ runId }) => runId);
    done.forEach(withdraw);
    return done;
  }

  function withdraw(runId: string): boolean {
    const isThere = asleep.has(runId) || line.some((run) => run.runId === runId);
    asleep.get(runId)?.cancel();
    asleep.delete(runId);
    line = line.filter((run) => run.runId !== runId);
    return isThere;
  }

  function skip(run: AcceptedRun, status: 'skipped' | 'missed', reason: string): void {
    tell(run.runId, undefined);
    deps
      .skip(run, status, reason)
      .catch((error) => log('error', 'A run could not be skipped', { error: String(error) }));
  }

  function review(): void {
    const sleepers = [...asleep.values()].sort((a, b) => (order.get(a.run) ?? 0) - (order.get(b.run) ?? 0));
    for (const { run, held, wake } of sleepers) {
      const turn = turnOf(run, false);
      if (turn.do === 'drop') {
        withdraw(run.runId);
        skip(run, turn.status, turn.reason);
      } else if (turn.do === 'go' && held) wake();
    }
    for (const run of [...line]) {
      const turn = turnOf(run, false);
      if (turn.do !== 'drop') continue;
      withdraw(run.runId);
      skip(run, turn.status, turn.reason);
    }
    for (const jobId of new Set(line.map((run) => run.jobId))) next(jobId);
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
    retryOf: (originId) =>
      [...[...asleep.values()].map(({ run }) => run), ...line].find(
        ({ retry }) => retry?.originId === originId,
      ),
    hurry(runId) {
      const run = asleep.get(runId)?.run ?? line.find((other) => other.runId === runId);
      if (!run || closed) return false;
      withdraw(runId);
      place(run);
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
      for (const { cancel } of asleep.values()) cancel();
      asleep.clear();
      line = [];
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

/** A run whose turn was promised before: the overlap rule, which was asked then, lets it wait for its place. */
function isOwed({ retry, cause }: AcceptedRun, job: Job | undefined): boolean {
  return retry !== undefined || (cause === 'catch-up' && job?.coalesce === false);
}
