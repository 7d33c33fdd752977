import { useState } from 'react';
import { type AccountView, nextSlot, type PastChoice } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useCall } from '../../api/use-call.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ErrorNote } from '../../ui/note.tsx';
import { Loading, Page } from '../../ui/page.tsx';
import { go, href } from '../../ui/route.ts';
import { useSay } from '../../ui/toasts.tsx';
import { useKept } from '../../ui/use-kept.ts';
import { Composer } from './composer.tsx';
import { type Draft, emptyDraft, isBegun, newPostForm } from './composer-draft.ts';
import { PastChoices } from './past-choices.tsx';
import { useComposing } from './use-composing.ts';

/** Writes a post. What was typed survives leaving the page and closing the window. */
export function NewPostPage() {
  const accounts = useCall('accounts.list', { limit: 10_000 });
  return (
    <Page title="New post" back={{ to: href({ page: 'posts', filter: 'pending' }), text: 'Posts' }}>
      {accounts.error && <ErrorNote error={accounts.error} retry={accounts.refresh} />}
      {!accounts.data && !accounts.error && <Loading what="accounts" />}
      {accounts.data?.length === 0 && (
        <Empty
          icon="accounts"
          title="An account comes first"
          text="A post goes to one or more accounts. Add one, then write."
        >
          <ButtonLink to={href({ page: 'new-account' })} look="primary" icon="plus">
            Add account
          </ButtonLink>
        </Empty>
      )}
      {accounts.data && accounts.data.length > 0 && <NewPost accounts={accounts.data} />}
    </Page>
  );
}

function NewPost({ accounts }: { accounts: readonly AccountView[] }) {
  const api = useApi();
  const say = useSay();
  const queues = useCall('queue.list', { limit: 100 });
  const [draft, setDraft, forget] = useKept<Draft>(newPostForm, emptyDraft, 'machine');
  const composing = useComposing(draft);
  const [asking, setAsking] = useState(false);
  const [insisted, setInsisted] = useState<Insisted>({});
  const clear = () => {
    setAsking(false);
    setDraft(emptyDraft);
    composing.clear();
    forget();
  };

  const save = (more: Insisted = {}) => {
    const { past, allowDuplicates } = { ...insisted, ...more };
    setInsisted({ ...insisted, ...more });
    composing.save(async (post) => {
      const publishAt = draft.when === 'slot' ? nextSlot : post.publishAt;
      const added = await api.call('posts.add', {
        post: { ...post, publishAt, ...(past ? { past } : {}) },
        ...(allowDuplicates ? { allowDuplicates } : {}),
      });
      forget();
      say.done(savedWords[past ? pastWhen[past] : draft.when]);
      go({ page: 'post', id: added.id });
    });
  };

  return (
    <Composer
      accounts={accounts}
      queues={queues.data ?? []}
      draft={draft}
      notes={composing.notes}
      live={composing.live}
      onChange={(changed) => {
        setInsisted({});
        setDraft(changed);
      }}
      onSubmit={() => save()}
    >
      {composing.error && <ErrorNote error={composing.error} />}
      {composing.timeRefused && <PastChoices busy={composing.busy} onChoose={(past) => save({ past })} />}
      <div className="buttons">
        {composing.error?.code === 'ALREADY_EXISTS' && (
          <Button busy={composing.busy} onClick={() => save({ allowDuplicates: true })}>
            Add it again
          </Button>
        )}
        <Button submit look="primary" busy={composing.busy}>
          {buttonWords[draft.when]}
        </Button>
        <Button look="quiet" onClick={() => (isBegun(draft) ? setAsking(true) : clear())}>
          Clear
        </Button>
      </div>
      {asking && (
        <Confirm
          title="Clear this form?"
          action="Clear form"
          onConfirm={clear}
          onClose={() => setAsking(false)}
        >
          <p>What you have written here is gone then.</p>
        </Confirm>
      )}
    </Composer>
  );
}

/** What was insisted on after the engine had asked; a change of the form takes it back. */
type Insisted = { past?: PastChoice; allowDuplicates?: boolean };

const pastWhen = { publish: 'now', draft: 'draft', 'move-to-slot': 'slot' } as const;
const buttonWords = {
  draft: 'Save draft',
  now: 'Publish now',
  at: 'Schedule post',
  slot: 'Add to queue',
} as const;
const savedWords = {
  draft: 'The draft was saved.',
  now: 'The post goes out now.',
  at: 'The post is scheduled.',
  slot: 'The post waits in the queue.',
} as const;
