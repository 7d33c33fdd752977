// The publisher as one of the jobs: state, next look, and a history of the looks that did something.
import { type RunView, toInstant } from '../shared/index.ts';
import type { Look, Publisher } from './publisher/index.ts';
import type { Scheduler } from './scheduler/index.ts';
import type { LineGroup, RunLedger } from './store/index.ts';
import { publishJob } from './templates/index.ts';

const isPublishJob = (id: string | undefined) => id === publishJob.id;

/** The times of all jobs as clients see them: those of `publish_due_posts` are the publisher's. */
export function timesOfJobs(
  scheduler: Pick<Scheduler, 'next' | 'describe' | 'fireTimes'>,
  { status }: Pick<Publisher, 'status'>,
): Pick<Scheduler, 'next' | 'describe' | 'fireTimes'> {
  return {
    next: (id) => (isPublishJob(id) ? status().nextLook : scheduler.next(id)),
    describe: (job) => (isPublishJob(job.id) ? publishJob.schedule : scheduler.describe(job)),
    async fireTimes(query) {
      const times = await scheduler.fireTimes(query);
      if (!isPublishJob(query.job?.id)) return times;
      const { nextLook } = status();
      const isAsked = nextLook !== null && nextLook >= query.from;
      return { ...times, description: publishJob.schedule, next: isAsked ? [toInstant(nextLook)] : [] };
    },
  };
}

/**
 * Keeps a look in the history of runs, as a run of `publish_due_posts` with what happened to each post as its output.
 * `mask` takes secrets out of every text, as the runner does for the output of runs.
 */
export async function keepLook(
  ledger: Pick<RunLedger, 'record' | 'append' | 'view'>,
  { startedAt, finishedAt, ok, lines, ...look }: Look,
  mask: (text: string) => string,
): Promise<RunView> {
  const summary = mask(look.summary);
  const status = ok ? 'success' : 'failed';
  const error = ok ? null : summary;
  const { run } = await ledger.record(
    {
      jobId: publishJob.id,
      jobName: publishJob.name,
      cause: 'event',
      attempt: 1,
      fromStep: 0,
      reason: null,
    },
    [{ name: publishJob.step, status, error, startedAt, finishedAt }],
    { status, reason: summary, startedAt, at: finishedAt },
  );
  let first = 1;
  const groups = [...lines, { at: finishedAt, text: summary }].map(({ at, text }): LineGroup => {
    const texts = mask(text).split('\n');
    first += texts.length;
    return { first: first - texts.length, step: 0, at, stream: 'belfry', texts };
  });
  await ledger.append(run.id, groups);
  return ledger.view(run);
}
