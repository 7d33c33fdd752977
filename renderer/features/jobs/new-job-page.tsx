import type { Job } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { jsonText } from '../../ui/json-text.ts';
import { Page } from '../../ui/page.tsx';
import { go, href } from '../../ui/route.ts';
import { useSay } from '../../ui/toasts.tsx';
import { useKept } from '../../ui/use-kept.ts';
import { starterJob } from './job-check.ts';
import { JobEditor } from './job-editor.tsx';

const starter = jsonText(starterJob);

/** Adds a job, beginning with a small example. */
export function NewJobPage() {
  const api = useApi();
  const say = useSay();
  const saving = useAction();
  const [text, setText, forget] = useKept('new-job', starter);
  const save = (job: Job) =>
    saving.run(async () => {
      const { id, name } = await api.call('jobs.add', { job });
      forget();
      say.done(`${name} was added.`);
      go({ page: 'job', id });
    });
  return (
    <Page title="Add job" back={{ to: href({ page: 'jobs' }), text: 'Jobs' }}>
      <JobEditor
        text={text}
        onChange={setText}
        save={save}
        saving={saving}
        saveText="Add job"
        cancelTo={href({ page: 'jobs' })}
        hint={
          <p className="quiet">
            A job is a small text: an id, a name, when it runs (<code>triggers</code>) and what it runs (
            <code>steps</code>). Change the example.
          </p>
        }
      />
    </Page>
  );
}
