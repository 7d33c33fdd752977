import type { Clock, Millis, RunStatus, RunView } from '../../shared/index.ts';
import type { NewRun, NewStep, RunLedger, StepChange, StoredRun } from './ports.ts';

/** One run in the ledger and before the eyes of clients: every change is stored, then announced. */
export type RunRecord = {
  run(): StoredRun;
  /** Changes a step without holding up the run; stored soon, or with the next change. A failure comes out of `failed`. */
  change(position: number, change: StepChange): void;
  /** Final state, not announced; a retry is stored in the same breath, so that none is lost between the two. */
  finish(end: RunEnd): Promise<Executed>;
};

export type RunEnd = { status: RunStatus; reason: string | null; at: Millis; retry: NewRun | undefined };
/** The end of a run, and the try after it if there is to be one. */
export type Executed = { run: StoredRun; retry: StoredRun | undefined };

export type RunRecordNeeds = {
  clock: Clock;
  ledger: RunLedger;
  announce(run: RunView): void;
  /** A change could not be stored. */
  failed(error: unknown): void;
};

/** Changes wait so long, in milliseconds: a short command then costs one transaction at its end instead of three. */
const patience = 50;

/** Begins a queued run. Throws CONFLICT when it is no longer queued. */
export async function beginRun(
  { clock, ledger, announce, failed }: RunRecordNeeds,
  id: string,
  steps: readonly NewStep[],
  at: Millis,
): Promise<RunRecord> {
  let run = await ledger.begin(id, steps, at);
  const waiting = new Map<number, StepChange>();
  let cancel: (() => void) | undefined;
  const tell = () => announce(ledger.view(run));
  tell();

  const store = () => {
    cancel?.();
    cancel = undefined;
    const changes = [...waiting];
    waiting.clear();
    return Promise.all(changes.map(([position, change]) => ledger.changeStep(id, position, change)));
  };
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
    async finish({ status, reason, at: now, retry }) {
      const [, ended, next] = await Promise.all([
        store(),
        ledger.finish(id, status, reason, now),
        retry && ledger.create(retry, now),
      ]);
      return { run: ended, retry: next };
    },
  };
}
