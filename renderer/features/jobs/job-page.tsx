import { useParams } from '@tanstack/react-router';
import type { CallOutput, Job } from '../../../shared/index.ts';
import { useCall } from '../../api/use-call.ts';
import { Badge } from '../../ui/badge.tsx';
import { ButtonLink } from '../../ui/button.tsx';
import { NextTimes } from '../../ui/next-times.tsx';
import { ErrorNote } from '../../ui/note.tsx';
import { Loading, Page, Section } from '../../ui/page.tsx';
import { href } from '../../ui/route.ts';
import { runWords } from '../../ui/wording.ts';
import { EnableSwitch, RemoveJob, RunNow } from './job-controls.tsx';
import { JobRules } from './job-rules.tsx';
import { JobSteps } from './job-steps.tsx';
import { RecentRuns } from './recent-runs.tsx';
import { RunWith } from './run-with.tsx';

/** One job: when it runs, what it does, how it went. */
export function JobPage() {
  const { id } = useParams({ from: '/jobs/$id' });
  const answer = useCall('jobs.get', { id });
  const { data } = answer;
  return (
    <Page
      title={data?.view.name ?? 'Job'}
      back={{ to: href({ page: 'jobs' }), text: 'Jobs' }}
      beside={data && <State view={data.view} />}
      actions={
        data && (
          <>
            {!data.view.builtin && (
              <>
                <RemoveJob job={data.view} />
                <ButtonLink to={href({ page: 'edit-job', id })} icon="edit">
                  Edit
                </ButtonLink>
              </>
            )}
            {data.job.steps.some(({ type }) => type === 'command') && <RunWith job={data.job} />}
            <RunNow job={data.view} open />
          </>
        )
      }
    >
      {answer.error && <ErrorNote error={answer.error} retry={answer.refresh} />}
      {!data && !answer.error && <Loading what="job" />}
      {data && <Detail {...data} />}
    </Page>
  );
}

/** The publisher has its own rules, which are those of posts: a job's own mean nothing for it. */
function isPublishing({ steps }: Job): boolean {
  return steps.some((step) => step.type === 'builtin' && step.action === 'publish_due_posts');
}

function State({ view }: { view: CallOutput<'jobs.get'>['view'] }) {
  return (
    <div className="beside">
      <EnableSwitch job={view} />
      <span className="quiet">{view.enabled ? 'Enabled' : 'Disabled'}</span>
      {view.builtin && <span className="tag">Built in</span>}
      {view.running && <Badge word={runWords.running} live />}
    </div>
  );
}

function Detail({ job, view, next }: CallOutput<'jobs.get'>) {
  const planned = useCall('jobs.preview', { id: job.id });
  return (
    <>
      {job.description && <p className="lead">{job.description}</p>}
      <div className="columns">
        <div>
          <Section title="Steps">
            <JobSteps steps={job.steps} planned={planned.data} />
          </Section>
          <Section title="Recent runs" actions={<a href={href({ page: 'runs', job: job.id })}>All runs</a>}>
            <RecentRuns jobId={job.id} />
          </Section>
        </div>
        <div>
          <Section title="Schedule">
            <NextTimes times={{ ...next, description: view.schedule }} enabled={view.enabled} />
          </Section>
          {!isPublishing(job) && (
            <Section title="Rules">
              <JobRules job={job} />
            </Section>
          )}
        </div>
      </div>
    </>
  );
}
