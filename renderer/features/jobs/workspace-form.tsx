import { useState } from 'react';
import { check, type Workspace, workspaceSchema } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { linesOf, variablesOf } from '../../ui/lines-text.ts';
import { ErrorNote } from '../../ui/note.tsx';
import { firstProblems } from '../../ui/problems.ts';
import { useSay } from '../../ui/toasts.tsx';

const textOf = (lines: readonly string[]) => lines.join('\n');

/** Adds or changes a workspace; words and variables stand one a line, so that no quoting rules are needed. */
export function WorkspaceForm({ workspace, done }: { workspace?: Workspace; done: () => void }) {
  const api = useApi();
  const say = useSay();
  const saving = useAction();
  const [id, setId] = useState(workspace?.id ?? '');
  const [cwd, setCwd] = useState(workspace?.cwd ?? '');
  const [command, setCommand] = useState(textOf(workspace?.command ?? ['python', '-m', 'backend.cli.main']));
  const [env, setEnv] = useState(
    textOf(Object.entries(workspace?.env ?? {}).map(([name, value]) => `${name}=${value}`)),
  );
  const [tried, setTried] = useState(false);

  const checked = check(workspaceSchema, { id, cwd, command: linesOf(command), env: variablesOf(env) });
  const mistakes = tried ? firstProblems(checked) : {};
  const save = () =>
    saving.run(async () => {
      setTried(true);
      if (!checked.ok) return;
      await api.call('workspaces.put', { workspace: checked.value });
      say.done(`The workspace ${id} was saved.`);
      done();
    });

  return (
    <form
      className="card form"
      aria-label={workspace ? `Edit workspace ${workspace.id}` : 'Add workspace'}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {!workspace && (
        <Field
          label="Id"
          error={mistakes['id']}
          hint="Jobs name the workspace by it: small letters, digits, _ and -"
        >
          {(ids) => (
            <input
              type="text"
              {...ids}
              value={id}
              spellCheck={false}
              onChange={(event) => setId(event.target.value)}
            />
          )}
        </Field>
      )}
      <Field label="Folder" error={mistakes['cwd']} hint="Where its commands run, from the root of the disk">
        {(ids) => (
          <input
            type="text"
            {...ids}
            value={cwd}
            spellCheck={false}
            onChange={(event) => setCwd(event.target.value)}
          />
        )}
      </Field>
      <Field
        label="Start of the command"
        error={mistakes['command']}
        hint="One word a line; a line may contain spaces"
      >
        {(ids) => (
          <textarea
            className="code"
            rows={4}
            {...ids}
            value={command}
            spellCheck={false}
            onChange={(event) => setCommand(event.target.value)}
          />
        )}
      </Field>
      <Field
        label="Environment"
        error={mistakes['env']}
        hint="NAME=value, one a line. It stands in config.json as it is: no secrets here."
      >
        {(ids) => (
          <textarea
            className="code"
            rows={3}
            {...ids}
            value={env}
            spellCheck={false}
            onChange={(event) => setEnv(event.target.value)}
          />
        )}
      </Field>
      {saving.error && <ErrorNote error={saving.error} />}
      <div className="buttons">
        <Button submit look="primary" busy={saving.busy}>
          Save workspace
        </Button>
        <Button onClick={done}>Cancel</Button>
      </div>
    </form>
  );
}
