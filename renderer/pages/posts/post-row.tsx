import type { AccountView, PostView } from '../../../shared/index.ts';
import { Badge } from '../../parts/badge.tsx';
import { href } from '../../parts/route.ts';
import { Absolute, Relative } from '../../parts/time-view.tsx';
import { explain, plural, targetWords } from '../../parts/wording.ts';
import { accountName } from './use-accounts.ts';

type RowProps = { post: PostView; accounts: ReadonlyMap<string, AccountView> };

/** One post in the list. */
export function PostRow({ post, accounts }: RowProps) {
  const problem = post.targets.find((target) => target.error)?.error;
  const names = post.targets.map((target) => accountName(accounts, target.account));
  const facts = [
    post.media.length > 0 && plural(post.media.length, 'file'),
    post.thread.length > 0 && `thread of ${post.thread.length + 1}`,
    post.source === 'pipeline' && 'made by a job',
  ].filter((fact) => fact !== false);
  return (
    <>
      <td>
        {post.publishAt ? (
          <>
            <p>
              <Absolute at={post.publishAt} />
            </p>
            <p className="row-sub">
              <Relative at={post.publishAt} />
            </p>
          </>
        ) : (
          <p className="row-sub">No time yet</p>
        )}
      </td>
      <td className="cell-main">
        <p className="row-title row-excerpt">
          <a data-main href={href({ page: 'post', id: post.id })}>
            {excerpt(post)}
          </a>
        </p>
        {facts.length > 0 && <p className="row-sub">{facts.join(' · ')}</p>}
        {problem && (
          <p className="row-sub row-two row-problem" title={explain(problem)}>
            {explain(problem)}
          </p>
        )}
      </td>
      <td>
        <p className="row-names" title={names.join(', ')}>
          {names[0]}
        </p>
        {names.length > 1 && <p className="row-sub">and {names.length - 1} more</p>}
      </td>
      <td>
        <Badge word={targetWords[post.status]} live={post.status === 'sending'} />
      </td>
    </>
  );
}

function excerpt(post: PostView): string {
  const text = post.text.trim().replace(/\s+/g, ' ');
  return text === '' ? '(no text)' : text.slice(0, 280);
}
