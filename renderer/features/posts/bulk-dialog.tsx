import { useEffect, useState } from 'react';
import type { PastChoice, PostView } from '../../../shared/index.ts';
import { type CallError, toCallError } from '../../api/call-error.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { Confirm } from '../../ui/dialog.tsx';
import { excerpt } from '../../ui/excerpt.ts';
import { ErrorNote } from '../../ui/note.tsx';
import { userZone } from '../../ui/now.ts';
import { Absolute } from '../../ui/time-view.tsx';
import { useSay } from '../../ui/toasts.tsx';
import { useDebounced } from '../../ui/use-debounced.ts';
import { plural } from '../../ui/wording.ts';
import { type Bulk, type BulkPreview, type BulkSelection, doBulk, previewBulk } from './bulk.ts';
import { BulkMoveFields, emptyMove, moveOf } from './bulk-move.tsx';
import { isTimeRefused, PastChoices } from './past-choices.tsx';
import { type Accounts, accountName } from './use-accounts.ts';

type DialogProps = {
  kind: Bulk['kind'];
  select: BulkSelection;
  posts: readonly PostView[];
  accounts: Accounts;
  onClose: () => void;
  done: () => void;
};

const shown = 50;

/** Does something to many posts, after showing what will change and what cannot. */
export function BulkDialog({ kind, select, posts, accounts, onClose, done }: DialogProps) {
  const api = useApi();
  const say = useSay();
  const action = useAction();
  const [move, setMove] = useState(emptyMove);
  const calm = useDebounced(move, 300);
  const [past, setPast] = useState<PastChoice>();
  const bulk = bulkOf(kind, calm, past);
  const { preview, error } = usePreview(bulk, select);
  const trouble = error ?? action.error;
  const words = kindWords[kind];
  const count = preview?.posts.length ?? 0;
  const act = () =>
    action.run(async () => {
      if (!bulk || !preview) return;
      const blocked = new Set(preview.blocked.map(({ id }) => id));
      const ids = select.ids.filter((id) => !blocked.has(id));
      const { posts: changed } = await doBulk(api, bulk, { ...select, ids });
      say.done(`${plural(changed.length, 'post')} ${words.done}.`);
      done();
    });
  return (
    <Confirm
      title={`${words.title} ${plural(select.ids.length, 'post')}`}
      action={count > 0 ? `${words.action} ${plural(count, 'post')}` : words.action}
      look={kind === 'cancel' ? 'danger' : 'primary'}
      wide
      busy={action.busy}
      disabled={count === 0 || calm !== move}
      onConfirm={act}
      onClose={onClose}
    >
      <div className="bulk">
        {select.account && <p>Only on its way to {accountName(accounts, select.account)}.</p>}
        {kind === 'move' && (
          <BulkMoveFields
            draft={move}
            onChange={(changed) => {
              setPast(undefined);
              setMove(changed);
            }}
          />
        )}
        {trouble && <ErrorNote error={trouble} />}
        {trouble && isTimeRefused(trouble.details) && <PastChoices busy={action.busy} onChoose={setPast} />}
        <div role="status">{preview && <p>{sentence(kind, preview)}</p>}</div>
        {preview && count > 0 && (
          <ul className="bulk-list" aria-label="What will change">
            {preview.posts.slice(0, shown).map((post) => (
              <li key={post.id}>
                <span className="bulk-text">{excerpt(post.text)}</span>
                <span className="row-sub">
                  {post.accounts.map((id) => accountName(accounts, id)).join(', ')}
                </span>
                {kind === 'move' && (
                  <span className="bulk-time">{post.dueAt ? <Absolute at={post.dueAt} /> : 'Draft'}</span>
                )}
              </li>
            ))}
            {count > shown && <li className="quiet">and {plural(count - shown, 'more post')}</li>}
          </ul>
        )}
        {preview && preview.blocked.length > 0 && (
          <details className="more-fields">
            <summary>
              {plural(preview.blocked.length, 'post')} {words.cannot}
            </summary>
            <ul className="bulk-list">
              {preview.blocked.slice(0, shown).map(({ id, why }) => (
                <li key={id}>
                  <span className="bulk-text">
                    {excerpt(posts.find((post) => post.id === id)?.text ?? id)}
                  </span>
                  <span className="row-sub bulk-why">{why}</span>
                </li>
              ))}
              {preview.blocked.length > shown && (
                <li className="quiet">and {plural(preview.blocked.length - shown, 'more post')}</li>
              )}
            </ul>
          </details>
        )}
      </div>
    </Confirm>
  );
}

function usePreview(bulk: Bulk | undefined, select: BulkSelection) {
  const api = useApi();
  const [state, setState] = useState<{ preview?: BulkPreview; error?: CallError }>({});
  const asked = JSON.stringify([bulk ?? null, select]);
  useEffect(() => {
    let current = true;
    const [wanted, which]: [Bulk | null, BulkSelection] = JSON.parse(asked);
    if (!wanted) return setState({});
    previewBulk(api, wanted, which).then(
      (preview) => current && setState({ preview }),
      (thrown: unknown) => current && setState({ error: toCallError(thrown) }),
    );
    return () => {
      current = false;
    };
  }, [api, asked]);
  return state;
}

function bulkOf(kind: Bulk['kind'], move: typeof emptyMove, past?: PastChoice): Bulk | undefined {
  if (kind !== 'move') return { kind };
  const to = moveOf(move, userZone);
  return to && { kind, to, ...(past ? { past } : {}) };
}

function sentence(kind: Bulk['kind'], { posts, blocked }: BulkPreview): string {
  if (posts.length === 0) return `None of them ${kindWords[kind].none}.`;
  const rest =
    blocked.length > 0
      ? ` ${plural(blocked.length, 'other stays as it is', 'others stay as they are')}.`
      : '';
  return `${plural(posts.length, 'post')} will be ${kindWords[kind].done}.${rest}`;
}

const kindWords = {
  cancel: {
    title: 'Cancel',
    action: 'Cancel',
    done: 'cancelled',
    cannot: 'cannot be cancelled',
    none: 'can be cancelled: what is out, being sent or in doubt stays',
  },
  retry: {
    title: 'Try again',
    action: 'Try',
    done: 'tried again',
    cannot: 'cannot be tried again',
    none: 'can be tried again: only what failed or was missed can',
  },
  move: {
    title: 'Move',
    action: 'Move',
    done: 'moved',
    cannot: 'cannot be moved',
    none: 'can be moved: what is out, being sent or in doubt has its time behind it',
  },
} as const;
