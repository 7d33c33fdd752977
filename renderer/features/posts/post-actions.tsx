import { useState } from 'react';
import type { PostView } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { go, href } from '../../ui/route.ts';
import { useSay } from '../../ui/toasts.tsx';
import { keepFor, keptFor } from '../../ui/use-kept.ts';
import { copyOf, type Draft, isBegun, newPostForm } from './composer-draft.ts';
import { MoveDialog } from './move-dialog.tsx';
import { has, isMovable, isOpen } from './post-states.ts';

type Call = 'posts.cancel' | 'posts.retry' | 'posts.publish';

/** What the user can do with a post in its present state. */
export function PostActions({ post, changed }: { post: PostView; changed: () => void }) {
  const api = useApi();
  const say = useSay();
  const action = useAction(say.failed);
  const cancelling = useAction();
  const [asking, setAsking] = useState<'cancel' | 'copy' | 'move'>();

  const does = (name: Call, text: string, by = action) =>
    by.run(async () => {
      await api.call(name, { id: post.id });
      setAsking(undefined);
      say.done(text);
      changed();
    });
  const askToCopy = () => {
    const kept = keptFor<Draft>(newPostForm, 'machine');
    if (kept && isBegun(kept)) setAsking('copy');
    else copy();
  };
  const copy = () => {
    keepFor(newPostForm, copyOf(post), 'machine');
    go({ page: 'new-post' });
  };
  const canPublish = has(post, 'draft', 'queued', 'missed', 'cancelled');
  const canRetry = has(post, 'failed', 'missed');

  return (
    <>
      <Button icon="copy" onClick={askToCopy}>
        Use as new post
      </Button>
      {has(post, 'draft', 'queued', 'failed', 'missed') && (
        <Button icon="close" onClick={() => setAsking('cancel')}>
          Cancel post
        </Button>
      )}
      {isMovable(post) && (
        <Button icon="calendar" onClick={() => setAsking('move')}>
          Move
        </Button>
      )}
      {isOpen(post) && (
        <ButtonLink icon="edit" to={href({ page: 'edit-post', id: post.id })}>
          Edit
        </ButtonLink>
      )}
      {canPublish && (
        <Button
          icon="play"
          look={canRetry ? 'plain' : 'primary'}
          busy={action.busy}
          onClick={() => does('posts.publish', 'The post goes out now.')}
        >
          Publish now
        </Button>
      )}
      {canRetry && (
        <Button
          icon="retry"
          look="primary"
          busy={action.busy}
          onClick={() => does('posts.retry', 'The post is scheduled again.')}
        >
          Try again
        </Button>
      )}
      {asking === 'move' && <MoveDialog post={post} changed={changed} onClose={() => setAsking(undefined)} />}
      {asking === 'copy' && (
        <Confirm
          title="Replace the post that you have begun?"
          action="Use this one"
          onConfirm={copy}
          onClose={() => setAsking(undefined)}
        >
          <p>
            The form for a new post still holds words of yours. They are gone when this post takes their
            place.
          </p>
        </Confirm>
      )}
      {asking === 'cancel' && (
        <Confirm
          title="Cancel this post?"
          action="Cancel post"
          busy={cancelling.busy}
          error={cancelling.error}
          onConfirm={() => does('posts.cancel', 'The post was cancelled.', cancelling)}
          onClose={() => setAsking(undefined)}
        >
          <p>
            It will not be sent to the accounts where it is not out yet. What is published stays published.
          </p>
        </Confirm>
      )}
    </>
  );
}
