import type { StepStatus } from '../../../shared/index.ts';
import type { StopReason } from '../flow.ts';

/** How a step ended. */
export type StepOutcome = {
  status: Extract<StepStatus, 'success' | 'failed' | StopReason>;
  exitCode?: number | null;
  signal?: string | null;
  /** Why it did not succeed, as a sentence. */
  error?: string | null;
  /** JSON value of a step with `"output": "json"`. */
  result?: string | null;
  /** A built-in step's word on what it did, or of a command what became of the posts that it printed. */
  summary?: string;
  /** It found nothing to do. */
  quiet?: boolean;
};

/** Why the signal of a step was aborted. */
export function stopReason(signal: AbortSignal): StopReason | null {
  return signal.aborted ? (signal.reason as StopReason) : null;
}

/** The outcome of a step that was stopped. */
export function stopped(reason: StopReason): StepOutcome {
  return { status: reason, error: sentences[reason] };
}

const sentences: Record<StopReason, string> = {
  'timed-out': 'It took longer than its time-out and was ended.',
  cancelled: 'It was cancelled.',
  interrupted: 'Belfry was stopped while it ran.',
};
