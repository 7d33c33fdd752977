import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import {
  type AccountView,
  fromInstant,
  inputOfPost,
  type PastChoice,
  type PostView,
  toInstant,
} from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useCall } from '../../api/use-call.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ErrorNote, Note } from '../../ui/note.tsx';
import { useNow, userZone } from '../../ui/now.ts';
import { Loading, Page } from '../../ui/page.tsx';
import { go, href } from '../../ui/route.ts';
import { Relative } from '../../ui/time-view.tsx';
import { useSay } from '../../ui/toasts.tsx';
import { useKept } from '../../ui/use-kept.ts';
import { Composer } from './composer.tsx';
import { type Draft, draftOf } from './composer-draft.ts';
import { PastChoices } from './past-choices.tsx';
import { has, isOpen } from './post-states.ts';
import { useComposing } from './use-composing.ts';

/** What is kept of a form: what was typed, and the post that it was made from. */
type Kept = { draft: Draft; from: string };

const soonMs = 10 * 60_000;

/** Changes a post that is not out yet, in the form that it was written in. */
export function EditPostPage() {
  const { id } = useParams({ from: '/posts/$id/edit' });
  const answer = useCall('posts.get', { id });
  const accounts = useCall('accounts.list', { limit: 10_000 });
  const error = answer.error ?? accounts.error;
  const post = answer.data;
  return (
    <Page title="Edit post" back={{ to: href({ page: 'post', id }), text: 'Post' }}>
      {error && <ErrorNote error={error} retry={answer.refresh} />}
      {(!post || !accounts.data) && !error && <Loading what="post" />}
      {post && accounts.data && <EditPost post={post} accounts={accounts.data} />}
    </Page>
  );
}

function EditPost({ post, accounts }: { post: PostView; accounts: readonly AccountView[] }) {
  const api = useApi();
  const say = useSay();
  const now = JSON.stringify(inputOfPost(post));
  const asItIs: Kept = { draft: draftOf(post, userZone), from: now };
  const [{ draft, from }, setKept, forget] = useKept<Kept>(`edit-post.2.${post.id}`, asItIs, 'machine');
  const composing = useComposing(draft, post.id);
  const [asking, setAsking] = useState(false);
  const isChanged = JSON.stringify(draft) !== JSON.stringify(asItIs.draft);
  const leave = () => {
    forget();
    go({ page: 'post', id: post.id });
  };
  const save = (past?: PastChoice) =>
    composing.save(async (changed) => {
      await api.call('posts.set', { id: post.id, post: { ...changed, ...(past ? { past } : {}) } });
      say.done('The post was changed.');
      leave();
    });

  if (!isOpen(post)) return <Closed post={post} />;
  return (
    <Composer
      accounts={accounts}
      queues={[]}
      draft={draft}
      notes={composing.notes}
      live={composing.live}
      onChange={(changed) => setKept({ draft: changed, from })}
      onSubmit={() => save()}
      above={
        <>
          {from !== now && (
            <Note tone="warn">
              <p>The post was changed elsewhere since you began. What you typed is kept here.</p>
              <Button
                small
                icon="retry"
                onClick={() => {
                  setKept(asItIs);
                  composing.clear();
                }}
              >
                Begin again with the post as it is now
              </Button>
            </Note>
          )}
          <Soon post={post} />
          {has(post, 'published') && (
            <Note tone="idle">
              Accounts where it is out keep what was published; the others get what you save here.
            </Note>
          )}
        </>
      }
    >
      {composing.error && <ErrorNote error={composing.error} />}
      {composing.timeRefused && <PastChoices busy={composing.busy} onChoose={save} />}
      <div className="buttons">
        <Button submit look="primary" busy={composing.busy}>
          Save changes
        </Button>
        <Button look="quiet" onClick={() => (isChanged ? setAsking(true) : leave())}>
          Discard changes
        </Button>
      </div>
      {asking && (
        <Confirm
          title="Discard your changes?"
          action="Discard changes"
          onConfirm={leave}
          onClose={() => setAsking(false)}
        >
          <p>The post stays as it was saved last.</p>
        </Confirm>
      )}
    </Composer>
  );
}

/** A post that is about to go out does not wait for the one who edits it. */
function Soon({ post }: { post: PostView }) {
  const now = useNow(10_000);
  const due = post.targets.flatMap(({ status, dueAt }) =>
    status === 'queued' && dueAt !== null ? [fromInstant(dueAt)] : [],
  );
  const first = Math.min(...due);
  if (!Number.isFinite(first) || first > now + soonMs) return null;
  return (
    <Note tone="warn">
      It goes out <Relative at={toInstant(first)} />, as it was saved last. Move it if you need longer.
    </Note>
  );
}

function Closed({ post }: { post: PostView }) {
  return (
    <Empty
      icon="posts"
      title="This post cannot be edited"
      text={
        post.status === 'published'
          ? 'It is out on every account, and Belfry does not change what is published. Make a new post of it.'
          : 'It is not known yet whether this text was published. Try again when it is.'
      }
    >
      <ButtonLink to={href({ page: 'post', id: post.id })}>Back to the post</ButtonLink>
    </Empty>
  );
}
