import type { JobView, Status } from '../../../shared/index.ts';
import { useCall } from '../../api/use-call.ts';
import { ErrorNote } from '../../ui/note.tsx';
import { Loading, Page } from '../../ui/page.tsx';
import { Counts } from './counts.tsx';
import { DayAhead } from './day-ahead.tsx';
import { JustPublished } from './just-published.tsx';
import { NeedsYou } from './needs-you.tsx';
import { NowRunning } from './now-running.tsx';
import { Welcome } from './welcome.tsx';

/** What runs now, what comes, and what needs the user. */
export function OverviewPage() {
  const status = useCall('status.get', {});
  const jobs = useCall('jobs.list', { limit: 10_000 });
  const accounts = useCall('accounts.list', {});
  const anyPost = useCall('posts.list', { limit: 1 });
  const error = status.error ?? jobs.error;

  return (
    <Page title="Overview">
      {error && !status.data && <ErrorNote error={error} retry={status.refresh} />}
      {!status.data || !jobs.data || !accounts.data || !anyPost.data ? (
        !error && <Loading what="overview" />
      ) : isNew(jobs.data, accounts.data.length + anyPost.data.length) ? (
        <Welcome />
      ) : (
        <Everything status={status.data} jobs={jobs.data} />
      )}
    </Page>
  );
}

function Everything({ status, jobs }: { status: Status; jobs: readonly JobView[] }) {
  return (
    <div className="overview">
      <Counts status={status} />
      <NeedsYou status={status} jobs={jobs} />
      <NowRunning status={status} />
      <JustPublished />
      <DayAhead jobs={jobs} paused={status.scheduler === 'paused'} />
    </div>
  );
}

/** Nothing but Belfry's own jobs is there yet. */
function isNew(jobs: readonly JobView[], others: number): boolean {
  return others === 0 && jobs.every((job) => job.builtin);
}
