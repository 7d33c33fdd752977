import { type AccountView, fromInstant, type TargetView } from '../../../shared/index.ts';
import { Badge } from '../../parts/badge.tsx';
import { Note } from '../../parts/note.tsx';
import { useNow } from '../../parts/now.ts';
import { OutLink } from '../../parts/out-link.tsx';
import { Relative } from '../../parts/time-view.tsx';
import { explain, networkWords, targetWords } from '../../parts/wording.ts';
import { Settle } from './settle.tsx';

type TargetProps = {
  postId: string;
  target: TargetView;
  account: AccountView | undefined;
  changed: () => void;
};

/** Where a post stands with one account. */
export function TargetCard({ postId, target, account, changed }: TargetProps) {
  return (
    <li className="card target">
      <div className="target-head">
        <div>
          <p className="target-name">{account?.handle ?? target.account}</p>
          <p className="row-sub">
            {account ? `${networkWords[account.network]} · ${host(account.server)}` : 'Account removed'}
          </p>
        </div>
        <Badge word={targetWords[target.status]} live={target.status === 'sending'} />
      </div>
      {target.url && (
        <p>
          <OutLink url={target.url}>
            See it on {account ? networkWords[account.network] : 'its server'}
          </OutLink>
        </p>
      )}
      {target.notBefore && <Held at={target.notBefore} />}
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
          changed={changed}
        />
      )}
    </li>
  );
}

function Held({ at }: { at: string }) {
  const now = useNow();
  if (fromInstant(at) <= now) return null;
  return (
    <p className="row-sub">
      Tried again <Relative at={at} />
    </p>
  );
}

function host(server: string): string {
  return server.replace(/^https?:\/\//, '');
}
