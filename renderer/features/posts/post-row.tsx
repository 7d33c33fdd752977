import { heldMedia, type PostView, type TargetStatus, type TargetView } from '../../../shared/index.ts';
import { AccountAvatars } from '../../ui/account-avatar.tsx';
import { Badge } from '../../ui/badge.tsx';
import { excerpt } from '../../ui/excerpt.ts';
import { MediaThumbnail } from '../../ui/media-thumbnail.tsx';
import { href } from '../../ui/route.ts';
import { Absolute, Relative, WaitsFor } from '../../ui/time-view.tsx';
import { explain, plural, targetWords } from '../../ui/wording.ts';
import { PostRemedy, remedyOf } from './post-remedy.tsx';
import classes from './post-row.module.css';
import { type Accounts, accountName } from './use-accounts.ts';

type RowProps = {
  post: PostView;
  accounts: Accounts;
  /** The account that the list is about, if it is about one. */
  account: string | undefined;
  /** The statuses that the list is about. */
  statuses: readonly TargetStatus[];
  selected: boolean;
  onSelect: (through: boolean) => void;
};

/** One post in the list. */
export function PostRow({ post, accounts, account, statuses, selected, onSelect }: RowProps) {
  const meant = post.targets.filter((target) => !account || target.account === account);
  const problem = meant.find((target) => target.error)?.error;
  const waits = meant.find((target) => target.waits)?.waits;
  const at = dueOf(meant, statuses) ?? post.publishAt;
  const status = account ? (meant[0]?.status ?? post.status) : post.status;
  const shown = post.targets.map((target) => target.account);
  const names = shown.map((id) => accountName(accounts, id));
  const facts = [
    post.media.length > 0 && plural(post.media.length, 'file'),
    post.thread.length > 0 && `thread of ${post.thread.length + 1}`,
    post.poll !== null && 'poll',
    post.source === 'pipeline' && 'made by a job',
    post.source === 'series' && 'from a series',
  ].filter((fact) => fact !== false);
  const text = excerpt(post.text);
  const remedy = remedyOf(meant, accounts);
  const [file] = post.media;
  return (
    <>
      <td>
        <label className="row-select">
          <input
            type="checkbox"
            aria-label={`Select ${text.slice(0, 60)}`}
            checked={selected}
            onChange={(event) => onSelect(isShift(event.nativeEvent))}
          />
        </label>
      </td>
      <td>
        {at ? (
          <>
            <p>
              <Absolute at={at} />
            </p>
            <p className="row-sub">
              <Relative at={at} />
            </p>
          </>
        ) : (
          <p className="row-sub">No time yet</p>
        )}
      </td>
      <td className="cell-main">
        <div className={classes['body']}>
          {file && (
            <span className={classes['picture']}>
              <MediaThumbnail path={heldMedia(file.id)} alt={file.alt} mime={file.mime} focus={file.focus} />
            </span>
          )}
          <div className={classes['words']}>
            <p className="row-title row-excerpt">
              <a data-main href={href({ page: 'post', id: post.id })}>
                {text}
              </a>
            </p>
            {(facts.length > 0 || post.tags.length > 0) && (
              <p className="row-sub">
                {facts.length > 0 && <span className="row-tag">{facts.join(' · ')}</span>}
                {post.tags.map((tag) => (
                  <span key={tag} className="tag row-tag">
                    {tag}
                  </span>
                ))}
              </p>
            )}
            {waits && (
              <p className="row-sub row-two">
                Waits for <WaitsFor wait={waits} />
              </p>
            )}
            {problem && (
              <p className="row-sub row-two row-problem" title={explain(problem)}>
                {explain(problem)}
              </p>
            )}
          </div>
        </div>
      </td>
      <td>
        <div className={classes['accounts']}>
          <AccountAvatars accounts={shown.map((id) => ({ id, account: accounts.get(id) }))} />
          {shown.length === 1 && (
            <span className="row-names" title={names.join(', ')}>
              {accountName(accounts, shown[0] ?? '')}
            </span>
          )}
        </div>
      </td>
      <td>
        <div className={classes['status']}>
          <Badge word={targetWords[status]} live={status === 'sending'} />
          {remedy && <PostRemedy post={post} remedy={remedy} text={text.slice(0, 60)} />}
        </div>
      </td>
    </>
  );
}

/** When those targets are due for which the post is in the list: a retry moves that on. */
function dueOf(targets: readonly TargetView[], statuses: readonly TargetStatus[]): string | undefined {
  return targets
    .flatMap(({ status, dueAt }) => (dueAt !== null && statuses.includes(status) ? [dueAt] : []))
    .sort()[0];
}

function isShift(event: Event): boolean {
  return 'shiftKey' in event && event.shiftKey === true;
}
