import type { Millis, RunStatus, RunView } from '../../shared/index.ts';
import type { NewRun, NewStep, RunLedger, StepChange, StoredRun } from './ports.ts';

/** One run in the ledger and before the eyes of clients: every change is stored, then announced. */
export type RunRecord = {
  run(): StoredRun;
  /** Stores a change of a step without holding up the run; a failure comes out of `failed`. */
  change(position: number, change: StepChange): void;
  /** Final state, not announced; a retry is stored in the same breath, so that none is lost between the two. */
  finish(end: RunEnd): Promise<Executed>;
};

export type RunEnd = { status: RunStatus; reason: string | null; at: Millis; retry: NewRun | undefined };
/** The end of a run, and the try after it if there is to be one. */
export type Executed = { run: StoredRun; retry: StoredRun | undefined };

export type RunRecordNeeds = {
  ledger: RunLedger;
  announce(run: RunView): void;
  /** A change could not be stored. */
  failed(error: unknown): void;
};

/** Begins a queued run. Throws CONFLICT when it is no longer queued. */
export async function beginRun(
  { ledger, announce, failed }: RunRecordNeeds,
  id: string,
  steps: readonly NewStep[],
  at: Millis,
): Promise<RunRecord> {
  let run = await ledger.begin(id, steps, at);
  const tell = () => announce(ledger.view(run));
  tell();
  return {
    run: () => run,
    change(position, change) {
      run = {
        ...run,
        steps: run.steps.map((step) => (step.position === position ? { ...step, ...change } : step)),
      };
      ledger.changeStep(id, position, change).then(tell, failed);
    },
    async finish({ status, reason, at: now, retry }) {
      const [ended, next] = await Promise.all([
        ledger.finish(id, status, reason, now),
        retry && ledger.create(retry, now),
      ]);
      return { run: ended, retry: next };
    },
  };
}
