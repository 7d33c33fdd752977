import { useState } from 'react';
import type { PostView } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { Button } from '../../parts/button.tsx';
import { Confirm } from '../../parts/dialog.tsx';
import { useSay } from '../../parts/toasts.tsx';
import { keepFor } from '../../parts/use-kept.ts';
import { go } from '../../parts/use-route.ts';
import { draftOf } from './composer-draft.ts';

type Call = 'posts.cancel' | 'posts.retry' | 'posts.publish';

/** What a person can do with a post in its present state. */
export function PostActions({ post, changed }: { post: PostView; changed: () => void }) {
  const api = useApi();
  const say = useSay();
  const action = useAction(say.failed);
  const [asking, setAsking] = useState(false);
  const is = (...statuses: PostView['status'][]) =>
    post.targets.some((target) => statuses.includes(target.status));

  const does = (name: Call, text: string) =>
    action.run(async () => {
      await api.call(name, { id: post.id });
      setAsking(false);
      say.done(text);
      changed();
    });
  const copy = () => {
    keepFor('new-post', draftOf(post));
    go({ page: 'new-post' });
  };

  return (
    <>
      <Button icon="copy" onClick={copy}>
        Use as new post
      </Button>
      {is('draft', 'queued', 'failed', 'missed') && (
        <Button icon="close" onClick={() => setAsking(true)}>
          Cancel post
        </Button>
      )}
      {is('failed', 'missed') && (
        <Button
          icon="retry"
          look="primary"
          busy={action.busy}
          onClick={() => does('posts.retry', 'The post is scheduled again.')}
        >
          Try again
        </Button>
      )}
      {is('draft', 'queued') && (
        <Button
          icon="play"
          look="primary"
          busy={action.busy}
          onClick={() => does('posts.publish', 'The post goes out now.')}
        >
          Publish now
        </Button>
      )}
      {asking && (
        <Confirm
          title="Cancel this post?"
          action="Cancel post"
          busy={action.busy}
          onConfirm={() => does('posts.cancel', 'The post was cancelled.')}
          onClose={() => setAsking(false)}
        >
          <p>
            It will not be sent to the accounts where it is not out yet. What is published stays published.
          </p>
        </Confirm>
      )}
    </>
  );
}
