import { useDeferredValue, useState } from 'react';
import { check, type Job, runParametersSchema } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { linesOf, variablesOf } from '../../ui/lines-text.ts';
import { ErrorNote } from '../../ui/note.tsx';
import { firstProblems } from '../../ui/problems.ts';
import { go } from '../../ui/route.ts';
import { DryRun } from './dry-run.tsx';

/** Asks for what one run of a job is given on its way, and shows beforehand what it would do. */
export function RunWith({ job }: { job: Job }) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button onClick={() => setAsking(true)}>Run with…</Button>
      {asking && <RunForm job={job} close={() => setAsking(false)} />}
    </>
  );
}

function RunForm({ job, close }: { job: Job; close: () => void }) {
  const api = useApi();
  const starting = useAction();
  const [words, setWords] = useState('');
  const [variables, setVariables] = useState('');
  const [fromStep, setFromStep] = useState(1);
  const checked = check(runParametersSchema, { args: linesOf(words), env: variablesOf(variables) });
  const mistakes = firstProblems(checked);
  const input = checked.ok ? { id: job.id, fromStep, parameters: checked.value } : null;
  const calm = useDeferredValue(input);
  const start = () =>
    starting.run(async () => {
      if (!input) return;
      const run = await api.call('jobs.run', input);
      close();
      go({ page: 'run', id: run.id });
    });
  return (
    <Dialog title={`Run ${job.name}`} wide onClose={close}>
      <form
        className="run-form"
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <Field
          label="Arguments"
          error={mistakes['args']}
          hint="Added to the first command that runs; one a line, spaces and all."
        >
          {(ids) => (
            <textarea
              className="code"
              rows={2}
              {...ids}
              value={words}
              spellCheck={false}
              onChange={(event) => setWords(event.target.value)}
            />
          )}
        </Field>
        <Field
          label="Variables"
          error={mistakes['env']}
          hint="NAME=value, one a line. They are kept with the run: no secrets here."
        >
          {(ids) => (
            <textarea
              className="code"
              rows={2}
              {...ids}
              value={variables}
              spellCheck={false}
              onChange={(event) => setVariables(event.target.value)}
            />
          )}
        </Field>
        {job.steps.length > 1 && (
          <Field label="Begin with step">
            {(ids) => (
              <select {...ids} value={fromStep} onChange={(event) => setFromStep(Number(event.target.value))}>
                {job.steps.map((step, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: steps have no identity but their place
                  <option key={index} value={index + 1}>
                    {index + 1}. {step.name}
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
        <DryRun input={calm} />
        {starting.error && <ErrorNote error={starting.error} />}
        <div className="buttons buttons-end run-buttons">
          <Button onClick={close}>Cancel</Button>
          <Button submit look="primary" icon="play" disabled={!checked.ok} busy={starting.busy}>
            Run
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
