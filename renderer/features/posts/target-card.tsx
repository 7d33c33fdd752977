import type { AccountView, Override, TargetView } from '../../../shared/index.ts';
import { networkFacts } from '../../../shared/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { Note } from '../../ui/note.tsx';
import { OutLink } from '../../ui/out-link.tsx';
import { href } from '../../ui/route.ts';
import { Absolute, WaitsFor } from '../../ui/time-view.tsx';
import { explain, targetWords } from '../../ui/wording.ts';
import type { History } from './post-history.tsx';
import { Settle } from './settle.tsx';

type TargetProps = {
  postId: string;
  /** When the post as a whole goes out; an account may have a time of its own. */
  publishAt: string | null;
  target: TargetView;
  account: AccountView | undefined;
  history: History;
  changed: () => void;
};

/** Where a post stands with one account, why, and what can be done. */
export function TargetCard({ postId, publishAt, target, account, history, changed }: TargetProps) {
  const isWaiting = account?.status === 'sign-in-needed' && target.status === 'queued';
  const own = ownWords(target.override);
  return (
    <li className="card target">
      <div className="target-head">
        <div className="target-who">
          <p className="target-name">{account?.handle ?? target.account}</p>
          <p className="row-sub">
            {account ? `${networkFacts[account.network].title} · ${host(account.server)}` : 'Account removed'}
          </p>
        </div>
        <Badge word={targetWords[target.status]} live={target.status === 'sending'} />
      </div>
      {target.dueAt !== null && target.dueAt !== publishAt && (
        <p className="row-sub">
          Here: <Absolute at={target.dueAt} />
        </p>
      )}
      {own.length > 0 && <p className="row-sub">Different here: {own.join(', ')}</p>}
      {target.sent && <p className="row-sub">It was edited afterwards; here stands what was published.</p>}
      {target.differs.length > 0 && (
        <Note tone="warn">
          <p>
            What the server shows differs from the post: {target.differs.join(', ')}. Belfry does not send it
            again.
          </p>
        </Note>
      )}
      {target.notCompared !== null && (
        <Note tone="warn">
          <p>
            Belfry could not compare what the server shows with the post: {target.notCompared}. Look at it
            there.
          </p>
        </Note>
      )}
      {target.url && (
        <p>
          <OutLink url={target.url}>
            See it on {account ? networkFacts[account.network].title : 'its server'}
          </OutLink>
        </p>
      )}
      {target.waits && (
        <p className="row-sub">
          Waits for <WaitsFor wait={target.waits} />
        </p>
      )}
      {isWaiting && (
        <Note tone="warn">
          It waits until the account is signed in again.{' '}
          <a href={href({ page: 'accounts' })}>To the accounts</a>
        </Note>
      )}
      {target.error && (
        <Note tone={target.status === 'queued' ? 'warn' : targetWords[target.status].tone}>
          <p>{explain(target.error)}</p>
          <p className="note-code">{target.error.code}</p>
        </Note>
      )}
      {target.status === 'unconfirmed' && (
        <Settle
          postId={postId}
          account={target.account}
          handle={account?.handle ?? target.account}
          evidence={history.filter((line) => line.account === target.account)}
          changed={changed}
        />
      )}
    </li>
  );
}

const overrideWords: Record<keyof Override, string> = {
  text: 'text',
  thread: 'thread',
  poll: 'poll',
  firstComment: 'first comment',
  format: 'format',
  visibility: 'visibility',
  contentWarning: 'content warning',
  language: 'language',
  sensitive: 'sensitive media',
};

function ownWords(override: Override): string[] {
  const words: Readonly<Record<string, string>> = overrideWords;
  return Object.keys(override).map((key) => words[key] ?? key);
}

function host(server: string): string {
  return server.replace(/^https?:\/\//, '');
}
