import type { Template } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { useCall } from '../../api/use-call.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ErrorNote } from '../../ui/note.tsx';
import { Loading, Page } from '../../ui/page.tsx';
import { go, href } from '../../ui/route.ts';
import { useSay } from '../../ui/toasts.tsx';
import { plural } from '../../ui/wording.ts';

/** Ready-made sets of jobs. */
export function TemplatesPage() {
  const templates = useCall('jobs.templates', {});
  return (
    <Page title="Templates" back={{ to: href({ page: 'jobs' }), text: 'Jobs' }}>
      <p className="lead">
        A template adds its jobs switched off. Set the folder of its workspace, then enable them.
      </p>
      {templates.error && <ErrorNote error={templates.error} retry={templates.refresh} />}
      {!templates.data && !templates.error && <Loading what="templates" />}
      {templates.data?.length === 0 && (
        <Empty icon="jobs" title="No templates" text="This version brings none." />
      )}
      <ul className="cards">
        {(templates.data ?? []).map((template) => (
          <TemplateCard key={template.id} template={template} />
        ))}
      </ul>
    </Page>
  );
}

function TemplateCard({ template }: { template: Template }) {
  const api = useApi();
  const say = useSay();
  const action = useAction();
  const needsFolder = template.workspaces.length > 0;
  const use = () =>
    action.run(async () => {
      const jobs = await api.call('jobs.useTemplate', { id: template.id });
      say.done(
        jobs.length === 0
          ? 'All its jobs exist already.'
          : `${plural(jobs.length, 'job')} added, switched off.`,
      );
      go({ page: needsFolder ? 'workspaces' : 'jobs' });
    });
  return (
    <li className="card template">
      <div className="template-text">
        <h2>{template.name}</h2>
        <p>{template.description}</p>
        <ul className="template-jobs">
          {template.jobs.map((job) => (
            <li key={job.id}>
              <strong>{job.name}</strong>
              <span className="quiet"> {job.steps.map((step) => step.name).join(', ')}</span>
            </li>
          ))}
        </ul>
        {action.error && <ErrorNote error={action.error} />}
      </div>
      <Button look="primary" icon="plus" busy={action.busy} onClick={use}>
        Add {plural(template.jobs.length, 'job')}
      </Button>
    </li>
  );
}
