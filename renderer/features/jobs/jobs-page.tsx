import { useDeferredValue, useState } from 'react';
import { useCall } from '../../api/use-call.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ErrorNote } from '../../ui/note.tsx';
import { Loading, Page } from '../../ui/page.tsx';
import { href } from '../../ui/route.ts';
import { SearchBox } from '../../ui/search-box.tsx';
import { VirtualList } from '../../ui/virtual-list.tsx';
import { JobRow } from './job-row.tsx';

const columns = ['Job', 'Next run', 'Last run', 'On', 'Run'] as const;

/** All jobs with their state. */
export function JobsPage() {
  const jobs = useCall('jobs.list', { limit: 10_000 });
  const [search, setSearch] = useState('');
  const wanted = useDeferredValue(search.trim().toLowerCase());
  const shown = (jobs.data ?? []).filter((job) => `${job.name} ${job.id}`.toLowerCase().includes(wanted));
  const own = (jobs.data ?? []).some((job) => !job.builtin);

  return (
    <Page
      title="Jobs"
      layout="fill"
      actions={
        <>
          <ButtonLink to={href({ page: 'workspaces' })} icon="folder">
            Workspaces
          </ButtonLink>
          <ButtonLink to={href({ page: 'templates' })}>Templates</ButtonLink>
          <ButtonLink to={href({ page: 'new-job' })} icon="plus" look="primary">
            Add job
          </ButtonLink>
        </>
      }
    >
      {jobs.error && <ErrorNote error={jobs.error} retry={jobs.refresh} />}
      {!jobs.data && !jobs.error && <Loading what="jobs" />}
      {jobs.data && jobs.data.length > 8 && (
        <div className="tools">
          <SearchBox label="Find a job" value={search} onChange={setSearch} />
          <p className="quiet" role="status">
            {wanted ? `${shown.length} of ${jobs.data.length}` : ''}
          </p>
        </div>
      )}
      {jobs.data && (shown.length > 0 || own) && (
        <VirtualList
          label="Jobs"
          className="jobs-list"
          remember="jobs"
          columns={columns}
          items={shown}
          keyOf={(job) => job.id}
          rowHeight={60}
          row={(job) => <JobRow job={job} />}
        />
      )}
      {jobs.data && !own && !wanted && (
        <Empty
          icon="jobs"
          title="No jobs of your own yet"
          text="A job runs one or more commands, one after the other, when it is due."
        >
          <ButtonLink to={href({ page: 'templates' })}>See templates</ButtonLink>
          <ButtonLink to={href({ page: 'new-job' })} look="primary" icon="plus">
            Add job
          </ButtonLink>
        </Empty>
      )}
    </Page>
  );
}
