import type { RunView } from '../../shared/index.ts';
import type { RunLedger, StoredRun } from './ports.ts';

/**
 * What is to be told of a run whose next try never came about: how the last one ended, and why none came after it.
 * `left` is the try that was left out.
 */
export async function givenUp(ledger: RunLedger, left: StoredRun): Promise<RunView> {
  const last = await ledger.lastEnded(left.jobId, left.originId);
  // Retention may have taken it meanwhile.
  if (!last) return ledger.view(left);
  const reason = [last.reason, 'It was not tried again.', left.reason].filter(Boolean).join(' ');
  return ledger.view({ ...last, reason });
}
