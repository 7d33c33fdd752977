import type { Job } from '../../shared/index.ts';

/** What becomes of a run that is due while others of its job may be at work. */
export type Admission =
  | { do: 'start' }
  | { do: 'wait' }
  /** The oldest run at work is stopped, what waited is skipped, and the new one takes the place. */
  | { do: 'replace' }
  | { do: 'skip'; reason: string };

/**
 * Applies `maxInstances` and `overlap` (design §3.3) to one more run of a job; `owed` says that its turn was promised
 * before (a retry, or a slot of a catch-up that runs each), so that the overlap rule does not ask for it again.
 */
export function admit(
  job: Pick<Job, 'maxInstances' | 'overlap'>,
  present: { running: number; waiting: number },
  owed = false,
): Admission {
  if (present.running < job.maxInstances) return { do: 'start' };
  if (owed) return { do: 'wait' };
  if (job.overlap === 'replace') return { do: 'replace' };
  const running =
    present.running === 1
      ? 'Another run of the job was still at work'
      : `${present.running} runs of the job were at work`;
  if (job.overlap === 'skip') return { do: 'skip', reason: `${running} (maxInstances ${job.maxInstances}).` };
  if (present.waiting > 0) return { do: 'skip', reason: `${running}, and another one was waiting already.` };
  return { do: 'wait' };
}
