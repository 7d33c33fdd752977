// The publisher as one of the jobs: state, next look, and a history of the looks that did something.
import { type Job, type RunView, toInstant } from '../shared/index.ts';
import type { Look, Publisher } from './publisher/index.ts';
import type { Scheduler } from './scheduler/index.ts';
import type { LineGroup, RunLedger } from './store/index.ts';
import { builtinJobs, publishJob } from './templates/index.ts';

const isPublishJob = (job: Pick<Job, 'id'> | undefined) => job?.id === publishJob.id;

/** The times of all jobs as clients see them: those of `publish_due_posts` are the publisher's. */
export function timesOfJobs(
  scheduler: Pick<Scheduler, 'next' | 'describe' | 'fireTimes'>,
  { status }: Pick<Publisher, 'status'>,
): Pick<Scheduler, 'next' | 'describe' | 'fireTimes'> {
  return {
    next: (id) => (isPublishJob({ id }) ? status().nextLook : scheduler.next(id)),
    describe: (job) => (isPublishJob(job) ? publishJob.schedule : scheduler.describe(job)),
    async fireTimes(query) {
      const times = await scheduler.fireTimes(query);
      if (!isPublishJob(query.job)) return times;
      const { nextLook } = status();
      const isAsked = nextLook !== null && nextLook >= query.from;
      return { ...times, description: publishJob.schedule, next: isAsked ? [toInstant(nextLook)] : [] };
    },
  };
}

/** Keeps a look in the history of runs, as a run of `publish_due_posts` with what happened to each post as its output. */
export async function keepLook(
  ledger: Pick<RunLedger, 'record' | 'append' | 'view'>,
  { startedAt, finishedAt, ok, summary, lines }: Look,
): Promise<RunView> {
  const [job] = builtinJobs.filter(isPublishJob);
  const [step] = job?.steps ?? [];
  const status = ok ? 'success' : 'failed';
  const error = ok ? null : summary;
  const { run } = await ledger.record(
    {
      jobId: publishJob.id,
      jobName: job?.name ?? publishJob.id,
      cause: 'event',
      attempt: 1,
      fromStep: 0,
      reason: null,
    },
    [{ name: step?.name ?? 'Publish', status, error, startedAt, finishedAt }],
    { status, reason: summary, startedAt, at: finishedAt },
  );
  let first = 1;
  const groups = [...lines, { at: finishedAt, text: summary }].map(({ at, text }): LineGroup => {
    const texts = text.split('\n');
    first += texts.length;
    return { first: first - texts.length, step: 0, at, stream: 'belfry', texts };
  });
  await ledger.append(run.id, groups);
  return ledger.view(run);
}
