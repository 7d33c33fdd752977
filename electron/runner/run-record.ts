import { BelfryError, type Clock, type Log, type Millis, pause, type RunView } from '../../shared/index.ts';
import type { EndedRun, NewStep, RunEnd, RunLedger, StepChange, StoredRun } from './ports.ts';

/** One run in the ledger and before the eyes of clients: every change is stored, then announced. */
export type RunRecord = {
  run(): StoredRun;
  /** Changes a step without holding up the run; stored soon, or with the next change. A failure comes out of `failed`. */
  change(position: number, change: StepChange): void;
  /** Final state, not announced. */
  finish(end: RunEnd): Promise<EndedRun>;
};

export type RunRecordNeeds = {
  clock: Clock;
  ledger: RunLedger;
  log: Log;
  announce(run: RunView): void;
  /** Belfry ends, and nothing is waited for any more. */
  closing(): boolean;
  /** A change could not be stored. */
  failed(error: unknown): void;
};

/** Changes wait so long, in milliseconds: a short command then costs one transaction at its end instead of three. */
const patience = 50;
/** A disk that is full now may have room again soon: beginning and end are tried again after so long, in milliseconds. */
const again = 1000;

/** Begins a queued run. Throws CONFLICT when it is no longer queued. */
export async function beginRun(
  needs: RunRecordNeeds,
  id: string,
  steps: readonly NewStep[],
  at: Millis,
): Promise<RunRecord> {
  const { clock, ledger, announce, failed } = needs;
  let run = await persist(needs, id, () => ledger.begin(id, steps, at));
  const waiting = new Map<number, StepChange>();
  let cancel: (() => void) | undefined;
  const tell = () => announce(ledger.view(run));
  tell();

  /** Takes the changes that wait, each as one write. */
  const take = () => {
    cancel?.();
    cancel = undefined;
    const changes = [...waiting];
    waiting.clear();
    return changes.map(
      ([position, change]) =>
        () =>
          ledger.changeStep(id, position, change),
    );
  };
  const store = () => Promise.all(take().map((write) => write()));
  return {
    run: () => run,
    change(position, change) {
      run = {
        ...run,
        steps: run.steps.map((step) => (step.position === position ? { ...step, ...change } : step)),
      };
      waiting.set(position, { ...waiting.get(position), ...change });
      cancel ??= clock.setTimer(patience, () => void store().then(tell, failed));
    },
    async finish(end) {
      const steps = Promise.all(take().map((write) => persist(needs, id, write)));
      const [ended] = await Promise.all([persist(needs, id, () => ledger.finish(id, end)), steps]);
      return ended;
    },
  };
}

/** Tries until the ledger takes it: a run whose end is lost would look as if it were at work, and be run again. */
async function persist<T>(
  { clock, log, closing }: RunRecordNeeds,
  runId: string,
  write: () => Promise<T>,
): Promise<T> {
  for (let told = false; ; told = true) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof BelfryError) || error.code !== 'DATABASE_UNUSABLE' || closing()) throw error;
      if (!told) log('error', `Run ${runId} waits to be stored`, { error: error.message });
    }
    await pause(clock, again);
  }
}
