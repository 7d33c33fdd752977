import type { PostView, TargetView } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';
import { useAction } from '../../api/use-action.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { href } from '../../ui/route.ts';
import { useSay } from '../../ui/toasts.tsx';
import classes from './post-row.module.css';
import type { Accounts } from './use-accounts.ts';

/** What helps a post that does not go on by itself. */
export type Remedy = { kind: 'review' } | { kind: 'retry' } | { kind: 'sign-in'; account: string };

/** The one thing that brings a post further, the safest first; undefined when it needs nothing. */
export function remedyOf(targets: readonly TargetView[], accounts: Accounts): Remedy | undefined {
  // What may be out already is looked at before anything is sent again.
  if (targets.some(({ status }) => status === 'unconfirmed')) return { kind: 'review' };
  const open = targets.filter(({ status }) => ['queued', 'failed', 'missed'].includes(status));
  const locked = open.find(({ account }) => accounts.get(account)?.status === 'sign-in-needed');
  if (locked) return { kind: 'sign-in', account: locked.account };
  return open.some(({ status }) => status !== 'queued') ? { kind: 'retry' } : undefined;
}

/** The remedy as a button in the post's row. */
export function PostRemedy({ post, remedy, text }: { post: PostView; remedy: Remedy; text: string }) {
  const api = useApi();
  const say = useSay();
  const action = useAction(say.failed);
  const retry = () =>
    action.run(async () => {
      await api.call('posts.retry', { id: post.id });
      say.done('The post is scheduled again.');
    });
  return (
    <span className={classes['remedy']}>
      {remedy.kind === 'retry' && (
        <Button small label={`Retry ${text}`} busy={action.busy} onClick={retry}>
          Retry
        </Button>
      )}
      {remedy.kind === 'review' && (
        <ButtonLink small to={href({ page: 'post', id: post.id })}>
          Review<span className="visually-hidden"> {text}</span>
        </ButtonLink>
      )}
      {remedy.kind === 'sign-in' && (
        <ButtonLink small to={href({ page: 'accounts' })}>
          Sign in<span className="visually-hidden"> for {text}</span>
        </ButtonLink>
      )}
    </span>
  );
}
