import { useState } from 'react';
import { argvText, type Workspace } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { useCall } from '../../api/use-call.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ErrorNote } from '../../ui/note.tsx';
import { Loading, Page } from '../../ui/page.tsx';
import { href } from '../../ui/route.ts';
import { WorkspaceForm } from './workspace-form.tsx';

/** Places where commands run: a folder, the start of the command, and environment. */
export function WorkspacesPage() {
  const workspaces = useCall('workspaces.list', {});
  const [editing, setEditing] = useState<string>();
  const done = () => {
    setEditing(undefined);
    workspaces.refresh();
  };
  return (
    <Page
      title="Workspaces"
      back={{ to: href({ page: 'jobs' }), text: 'Jobs' }}
      actions={
        <Button icon="plus" look="primary" onClick={() => setEditing('')}>
          Add workspace
        </Button>
      }
    >
      <p className="lead">
        A workspace is a folder and the start of a command; the steps of jobs add their own words to it.
      </p>
      {workspaces.error && <ErrorNote error={workspaces.error} retry={workspaces.refresh} />}
      {!workspaces.data && !workspaces.error && <Loading what="workspaces" />}
      {editing === '' && <WorkspaceForm done={done} />}
      {workspaces.data?.length === 0 && editing === undefined && (
        <Empty
          icon="folder"
          title="No workspaces yet"
          text="Jobs with a command of their own need none. Templates bring theirs."
        />
      )}
      <ul className="cards">
        {(workspaces.data ?? []).map((workspace) =>
          editing === workspace.id ? (
            <li key={workspace.id}>
              <WorkspaceForm workspace={workspace} done={done} />
            </li>
          ) : (
            <WorkspaceCard
              key={workspace.id}
              workspace={workspace}
              edit={() => setEditing(workspace.id)}
              done={done}
            />
          ),
        )}
      </ul>
    </Page>
  );
}

function WorkspaceCard({
  workspace,
  edit,
  done,
}: {
  workspace: Workspace;
  edit: () => void;
  done: () => void;
}) {
  const api = useApi();
  const action = useAction();
  const [asking, setAsking] = useState(false);
  const remove = () =>
    action.run(async () => {
      await api.call('workspaces.remove', { id: workspace.id });
      done();
    });
  const variables = Object.keys(workspace.env);
  return (
    <li className="card workspace">
      <div className="workspace-text">
        <h2>{workspace.id}</h2>
        <p>
          <code>{argvText(workspace.command)}</code> …
        </p>
        <p className="row-sub">
          in <code>{workspace.cwd}</code>
          {variables.length > 0 && ` with ${variables.join(', ')}`}
        </p>
      </div>
      <div className="buttons">
        <Button icon="edit" label={`Edit ${workspace.id}`} onClick={edit}>
          Edit
        </Button>
        <Button icon="trash" label={`Remove ${workspace.id}`} onClick={() => setAsking(true)} />
      </div>
      {asking && (
        <Confirm
          title={`Remove the workspace ${workspace.id}?`}
          action="Remove"
          busy={action.busy}
          error={action.error}
          onConfirm={remove}
          onClose={() => setAsking(false)}
        >
          <p>Jobs that use it could not run any more.</p>
        </Confirm>
      )}
    </li>
  );
}
