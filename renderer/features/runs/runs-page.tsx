import { useSearch } from '@tanstack/react-router';
import type { RunStatus } from '../../../shared/index.ts';
import { useCall } from '../../api/use-call.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ErrorNote } from '../../ui/note.tsx';
import { Loading, Page } from '../../ui/page.tsx';
import { go, href } from '../../ui/route.ts';
import { Tabs } from '../../ui/tabs.tsx';
import { VirtualList } from '../../ui/virtual-list.tsx';
import { RunRow } from './run-row.tsx';
import { useRuns } from './use-runs.ts';

type Filter = { status: RunStatus | undefined; job: string | undefined };

const columns = ['Status', 'Job', 'Started', 'Took'] as const;

/** What ran, what runs, and what did not run with the reason. */
export function RunsPage() {
  const { status, job } = useSearch({ from: '/runs' });
  const { runs, error, refresh, loadOlder } = useRuns({ status, job });
  return (
    <Page
      title="Runs"
      layout="fill"
      actions={
        <ButtonLink to={href({ page: 'output' })} icon="search">
          Output of all runs
        </ButtonLink>
      }
    >
      <div className="tools">
        <Tabs label="Filter by status" tabs={tabsFor({ status, job })} />
        <JobFilter status={status} job={job} />
      </div>
      {error && <ErrorNote error={error} retry={refresh} />}
      {!runs && !error && <Loading what="runs" />}
      {runs && runs.length > 0 && (
        <VirtualList
          label="Runs"
          className="runs-list"
          remember={`runs ${status ?? ''} ${job ?? ''}`}
          columns={columns}
          items={runs}
          keyOf={(run) => run.id}
          rowHeight={56}
          row={(run) => <RunRow run={run} />}
          onNearEnd={loadOlder}
        />
      )}
      {runs?.length === 0 && (
        <Empty
          icon="runs"
          title={status || job ? 'No such runs' : 'Nothing has run yet'}
          text={
            status || job
              ? 'No run fits this filter.'
              : 'Every run appears here with its output, and everything that did not run with the reason.'
          }
        >
          {status || job ? (
            <ButtonLink to={href({ page: 'runs' })}>Show all runs</ButtonLink>
          ) : (
            <ButtonLink to={href({ page: 'jobs' })}>Go to jobs</ButtonLink>
          )}
        </Empty>
      )}
    </Page>
  );
}

function tabsFor({ status, job }: Filter) {
  const entry = (text: string, wanted: RunStatus | undefined) => ({
    text,
    to: href({ page: 'runs', ...(wanted ? { status: wanted } : {}), ...(job ? { job } : {}) }),
    current: status === wanted,
  });
  return [
    entry('All', undefined),
    entry('Running', 'running'),
    entry('Succeeded', 'success'),
    entry('Failed', 'failed'),
    entry('Timed out', 'timed-out'),
    entry('Missed', 'missed'),
    entry('Skipped', 'skipped'),
    entry('Interrupted', 'interrupted'),
  ];
}

function JobFilter({ status, job }: Filter) {
  const jobs = useCall('jobs.list', { limit: 10_000 });
  const known = jobs.data?.some((view) => view.id === job) ?? true;
  return (
    <select
      className="tools-end"
      aria-label="Job"
      value={job ?? ''}
      onChange={(event) => {
        const wanted = event.target.value;
        go({ page: 'runs', ...(status ? { status } : {}), ...(wanted ? { job: wanted } : {}) });
      }}
    >
      <option value="">All jobs</option>
      {job && !known && <option value={job}>{job}</option>}
      {(jobs.data ?? []).map((view) => (
        <option key={view.id} value={view.id}>
          {view.name}
        </option>
      ))}
    </select>
  );
}
