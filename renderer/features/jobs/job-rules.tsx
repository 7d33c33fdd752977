import type { Blackout, Job } from '../../../shared/index.ts';
import { duration } from '../../ui/time.ts';
import { plural } from '../../ui/wording.ts';

/** What happens when things do not go by the clock, in words. */
export function JobRules({ job }: { job: Job }) {
  const rules: [string, string][] = [
    ['After a gap', afterGap(job)],
    ['While it still runs', overlapWords[job.overlap]],
    ['Time-out', job.timeoutSeconds === null ? 'none' : duration(job.timeoutSeconds * 1000)],
    ['Retries', retries(job)],
    ['Cut off by a crash', job.retryInterrupted ? 'repeated at the next start' : 'shown, not repeated'],
  ];
  if (job.jitterSeconds > 0) rules.push(['Start spread over', duration(job.jitterSeconds * 1000)]);
  for (const window of job.blackouts) rules.push(['Not run', blackout(window)]);
  return (
    <dl className="facts">
      {rules.map(([name, text]) => (
        <div key={`${name} ${text}`}>
          <dt>{name}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

function afterGap(job: Job): string {
  const what = job.coalesce
    ? 'the latest missed time runs once'
    : `missed times run one by one, ${job.maxCatchUp} at most`;
  if (job.misfireGraceSeconds === null) return what;
  return `${what}, unless it is over ${duration(job.misfireGraceSeconds * 1000)} late`;
}

function retries(job: Job): string {
  const { attempts, delaySeconds, factor } = job.retry;
  if (attempts === 0) return 'none';
  const growth = factor === 1 ? '' : `, then × ${factor}`;
  return `${plural(attempts, 'time')}, after ${duration(delaySeconds * 1000)}${growth}`;
}

function blackout(window: Blackout): string {
  const name = window.name ? `${window.name}: ` : '';
  if (window.type === 'dates') return `${name}${window.from} to ${window.to}`;
  const days = window.days.length === 7 ? 'every day' : window.days.join(', ');
  return `${name}${window.from} to ${window.to}, ${days}`;
}

const overlapWords: Record<Job['overlap'], string> = {
  skip: 'a new time is skipped and recorded',
  queue: 'one waits its turn',
  replace: 'the running one is ended',
};
