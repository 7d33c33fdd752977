import { useParams } from '@tanstack/react-router';
import type { Job } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { useCall } from '../../api/use-call.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote, Note } from '../../ui/note.tsx';
import { Loading, Page } from '../../ui/page.tsx';
import { go, href } from '../../ui/route.ts';
import { useSay } from '../../ui/toasts.tsx';
import { useKept } from '../../ui/use-kept.ts';
import { jobText } from './job-check.ts';
import { JobEditor } from './job-editor.tsx';

/** Changes a job that exists. */
export function EditJobPage() {
  const { id } = useParams({ from: '/jobs/$id/edit' });
  const answer = useCall('jobs.get', { id });
  const { data } = answer;
  return (
    <Page
      title={`Edit ${data?.view.name ?? 'job'}`}
      back={{ to: href({ page: 'job', id }), text: data?.view.name ?? 'Job' }}
    >
      {answer.error && <ErrorNote error={answer.error} retry={answer.refresh} />}
      {!data && !answer.error && <Loading what="job" />}
      {data?.view.builtin && (
        <Note tone="idle">This job is part of Belfry. It can be switched off, but not changed.</Note>
      )}
      {data && !data.view.builtin && <Editor id={id} job={data.job} />}
    </Page>
  );
}

function Editor({ id, job }: { id: string; job: Job }) {
  const api = useApi();
  const say = useSay();
  const saving = useAction();
  const stored = jobText(job);
  const [text, setText, forget] = useKept(`job.${id}`, stored);
  const save = (changed: Job) =>
    saving.run(async () => {
      await api.call('jobs.set', { id, job: changed });
      forget();
      say.done(`${changed.name} was saved.`);
      go({ page: 'job', id: changed.id });
    });
  const discard = () => {
    setText(stored);
    forget();
  };
  return (
    <JobEditor
      text={text}
      onChange={setText}
      save={save}
      saving={saving}
      saveText="Save"
      cancelTo={href({ page: 'job', id })}
      hint={
        text !== stored && (
          <div className="unsaved">
            <p className="quiet">Not saved yet.</p>
            <Button small look="quiet" icon="retry" onClick={discard}>
              Back to what is saved
            </Button>
          </div>
        )
      }
    />
  );
}
