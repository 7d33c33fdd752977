import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { PostView } from '../../../shared/index.ts';
import { useCall } from '../../api/use-call.ts';
import { Badge } from '../../ui/badge.tsx';
import { ErrorNote } from '../../ui/note.tsx';
import { Loading, Page, Section } from '../../ui/page.tsx';
import { href } from '../../ui/route.ts';
import { targetWords } from '../../ui/wording.ts';
import { PostActions } from './post-actions.tsx';
import { PostFacts } from './post-facts.tsx';
import { PostHistory } from './post-history.tsx';
import { PostPreview } from './post-preview.tsx';
import { shownOf } from './shown-on.ts';
import { TargetCard } from './target-card.tsx';
import { type Accounts, accountName, useAccounts } from './use-accounts.ts';

/** One post: what it says, where it goes, where it stands with each account, and what happened to it. */
export function PostPage() {
  const { id } = useParams({ from: '/posts/$id' });
  const answer = useCall('posts.get', { id });
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
  const history = useCall('posts.history', { id: post.id });
  return (
    <div className="columns post-columns">
      <div>
        <AsShown post={post} accounts={accounts} />
        <PostFacts post={post} />
      </div>
      <div>
        <Section title="Accounts">
          <ul className="cards">
            {post.targets.map((target) => (
              <TargetCard
                key={target.account}
                postId={post.id}
                publishAt={post.publishAt}
                target={target}
                account={accounts.get(target.account)}
                history={history.data ?? []}
                changed={changed}
              />
            ))}
          </ul>
        </Section>
        <PostHistory history={history} accounts={accounts} />
      </div>
    </div>
  );
}

/** The post as one of its accounts shows it; which one matters when they differ. */
function AsShown({ post, accounts }: { post: PostView; accounts: Accounts }) {
  const [wanted, setWanted] = useState('');
  const target = post.targets.find(({ account }) => account === wanted) ?? post.targets[0];
  const shown = shownOf(post, target?.account);
  return (
    <Section
      title="As people see it"
      actions={
        post.targets.length > 1 && (
          <select
            aria-label="Seen on"
            value={target?.account}
            onChange={(event) => setWanted(event.target.value)}
          >
            {post.targets.map(({ account }) => (
              <option key={account} value={account}>
                {accountName(accounts, account)}
              </option>
            ))}
          </select>
        )
      }
    >
      <PostPreview key={target?.account} shown={shown} account={target && accounts.get(target.account)} />
    </Section>
  );
}
