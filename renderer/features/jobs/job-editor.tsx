import { type ReactNode, useDeferredValue, useId, useMemo } from 'react';
import type { Job } from '../../../shared/index.ts';
import type { Action } from '../../api/use-action.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { ErrorNote, ProblemList } from '../../ui/note.tsx';
import { Section } from '../../ui/page.tsx';
import { TriggerPreview } from '../../ui/trigger-preview.tsx';
import { plural } from '../../ui/wording.ts';
import { checkJob } from './job-check.ts';
import { JobSteps } from './job-steps.tsx';

type EditorProps = {
  text: string;
  onChange: (text: string) => void;
  save: (job: Job) => void;
  saving: Action;
  saveText: string;
  cancelTo: string;
  hint?: ReactNode;
};

/** A job as JSON with its mistakes, its next times and its steps beside it, renewed while one types. */
export function JobEditor({ text, onChange, save, saving, saveText, cancelTo, hint }: EditorProps) {
  const about = useId();
  const calm = useDeferredValue(text);
  const { job, problems } = useMemo(() => checkJob(calm), [calm]);
  const submit = () => {
    if (job && calm === text) save(job);
  };

  return (
    <form
      className="editor"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="editor-text">
        {hint}
        <textarea
          aria-label="Job as JSON"
          aria-describedby={about}
          aria-invalid={problems.length > 0 || undefined}
          className="code"
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          value={text}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={(event) => {
            if ((event.metaKey || event.ctrlKey) && event.key === 's') {
              event.preventDefault();
              submit();
            }
          }}
        />
        <div id={about} className="editor-check" role="status">
          {job ? (
            <p className="check-ok">
              <Icon name="check" /> This is a job.
            </p>
          ) : (
            <div className="check-bad">
              <p>{plural(problems.length, 'mistake')} to put right:</p>
              <ProblemList problems={problems} />
            </div>
          )}
        </div>
        {saving.error && <ErrorNote error={saving.error} />}
        <div className="buttons">
          <Button submit look="primary" disabled={!job} busy={saving.busy}>
            {saveText}
          </Button>
          <ButtonLink to={cancelTo}>Cancel</ButtonLink>
        </div>
      </div>
      <div className="editor-preview">
        {job ? (
          <>
            <Section title="When it runs">
              <TriggerPreview job={job} />
            </Section>
            <Section title="What it does">
              <JobSteps steps={job.steps} />
            </Section>
          </>
        ) : (
          <p className="quiet">The next times and the steps appear here once the text is a job.</p>
        )}
      </div>
    </form>
  );
}
