import type { ReactNode } from 'react';
import {
  attentionOf,
  isAccountsOwn,
  type JobView,
  type Overdue,
  type PostView,
  type Status,
} from '../../../shared/index.ts';
import { useCall } from '../../api/use-call.ts';
import { Icon } from '../../ui/icon.tsx';
import { Section } from '../../ui/page.tsx';
import { href } from '../../ui/route.ts';
import { Relative, WaitsFor } from '../../ui/time-view.tsx';
import { accountWords, plural, runWords, targetWords, type Word } from '../../ui/wording.ts';

const shown = 5;

type Props = { status: Status; jobs: readonly JobView[] };

/** What waits for the user: posts, accounts and failing jobs, with a way to each. */
export function NeedsYou({ status, jobs }: Props) {
  const attention = attentionOf(status);
  const ask = attention.posts > 0;
  const unconfirmed = useCall('posts.list', ask ? { status: 'unconfirmed', limit: shown } : null);
  const failed = useCall('posts.list', ask ? { status: 'failed', limit: shown } : null);
  const missed = useCall('posts.list', ask ? { status: 'missed', limit: shown } : null);

  const posts = ask ? [unconfirmed, failed, missed].flatMap((answer) => answer.data ?? []) : [];
  const failing = jobs.filter(isFailing);
  // Accounts in need stand in the list themselves, with their posts.
  const overdue = status.overdue.filter(({ waits }) => !isAccountsOwn(waits));
  const hidden = attention.posts - Math.min(posts.length, shown);
  const nothing =
    posts.length === 0 && attention.accounts === 0 && failing.length === 0 && !ask && overdue.length === 0;

  return (
    <Section title="Needs attention">
      {nothing ? (
        <p className="all-well">
          <Icon name="check" /> All is well. Nothing needs attention.
        </p>
      ) : (
        <ul className="card joined">
          {status.accounts.slice(0, shown).map((account) => (
            <AccountItem key={account.id} account={account} />
          ))}
          {attention.accounts > shown && (
            <li className="more">
              <a href={href({ page: 'accounts' })}>{plural(attention.accounts - shown, 'more account')}</a>
            </li>
          )}
          {posts.slice(0, shown).map((post) => (
            <PostItem key={post.id} post={post} />
          ))}
          {hidden > 0 && posts.length > 0 && (
            <li className="more">
              <a href={href({ page: 'posts', filter: 'needs-you' })}>{plural(hidden, 'more post')}</a>
            </li>
          )}
          {overdue.slice(0, shown).map((group) => (
            <OverdueItem key={`${group.account} ${group.waits.for}`} group={group} />
          ))}
          {overdue.length > shown && (
            <li className="more">
              <a href={href({ page: 'posts', filter: 'pending' })}>
                {plural(postsIn(overdue.slice(shown)), 'more due post')}
              </a>
            </li>
          )}
          {failing.slice(0, shown).map((job) => (
            <JobItem key={job.id} job={job} />
          ))}
          {failing.length > shown && (
            <li className="more">
              <a href={href({ page: 'jobs' })}>{plural(failing.length - shown, 'more failing job')}</a>
            </li>
          )}
        </ul>
      )}
    </Section>
  );
}

function postsIn(groups: readonly Overdue[]): number {
  return groups.reduce((sum, { posts }) => sum + posts, 0);
}

function isFailing(job: JobView): boolean {
  return job.lastRun?.status === 'failed' || job.lastRun?.status === 'timed-out';
}

function Item({ to, word, name, children }: { to: string; word: Word; name: string; children: ReactNode }) {
  return (
    <li>
      <a className={`need tone-${word.tone}`} href={to}>
        <Icon name="alert" />
        <span className="need-name">{name}</span>
        <span className="need-why">{children}</span>
        <Icon name="right" size={14} />
      </a>
    </li>
  );
}

function AccountItem({ account }: { account: Status['accounts'][number] }) {
  const word = accountWords[account.status];
  return (
    <Item to={href({ page: 'accounts' })} word={word} name={account.handle}>
      {word.text}. {account.posts > 0 ? `${plural(account.posts, 'post')} waiting.` : 'No post waits yet.'}
    </Item>
  );
}

function PostItem({ post }: { post: PostView }) {
  const word = targetWords[post.status];
  return (
    <Item to={href({ page: 'post', id: post.id })} word={word} name={post.text || 'Post without text'}>
      {word.text}
      {post.publishAt && (
        <>
          , due <Relative at={post.publishAt} />
        </>
      )}
    </Item>
  );
}

function OverdueItem({ group }: { group: Overdue }) {
  return (
    <Item
      to={href({ page: 'posts', filter: 'pending' })}
      word={targetWords.queued}
      name={`${plural(group.posts, 'due post')} of ${group.account}`}
    >
      Waits for <WaitsFor wait={group.waits} />
    </Item>
  );
}

function JobItem({ job }: { job: JobView }) {
  const run = job.lastRun;
  if (!run) return null;
  return (
    <Item to={href({ page: 'run', id: run.id })} word={runWords[run.status]} name={job.name}>
      {runWords[run.status].text}
      {run.finishedAt && (
        <>
          {' '}
          <Relative at={run.finishedAt} />
        </>
      )}
    </Item>
  );
}
