import type { PostView } from '../../../shared/index.ts';
import { useCall } from '../../api/use-call.ts';
import { Badge } from '../../parts/badge.tsx';
import { ErrorNote } from '../../parts/note.tsx';
import { Loading, Page, Section } from '../../parts/page.tsx';
import { href } from '../../parts/route.ts';
import { targetWords } from '../../parts/wording.ts';
import { PostActions } from './post-actions.tsx';
import { PostFacts } from './post-facts.tsx';
import { PostText } from './post-text.tsx';
import { TargetCard } from './target-card.tsx';
import { useAccounts } from './use-accounts.ts';

/** One post: what it says, where it goes, and where it stands with each account. */
export function PostPage({ id }: { id: string }) {
  const answer = useCall('posts.get', { id }, { refreshOn: ['posts.changed'] });
  const post = answer.data;
  return (
    <Page
      title="Post"
      back={{ to: href({ page: 'posts', filter: 'pending' }), text: 'Posts' }}
      beside={
        post && (
          <div className="beside" role="status">
            <Badge word={targetWords[post.status]} live={post.status === 'sending'} />
          </div>
        )
      }
      actions={post && <PostActions post={post} changed={answer.refresh} />}
    >
      {answer.error && <ErrorNote error={answer.error} retry={answer.refresh} />}
      {!post && !answer.error && <Loading what="post" />}
      {post && <Detail post={post} changed={answer.refresh} />}
    </Page>
  );
}

function Detail({ post, changed }: { post: PostView; changed: () => void }) {
  const accounts = useAccounts();
  return (
    <div className="columns">
      <div>
        <PostText post={post} />
        <PostFacts post={post} />
      </div>
      <Section title="Accounts">
        <ul className="cards">
          {post.targets.map((target) => (
            <TargetCard
              key={target.account}
              postId={post.id}
              target={target}
              account={accounts.get(target.account)}
              changed={changed}
            />
          ))}
        </ul>
      </Section>
    </div>
  );
}
