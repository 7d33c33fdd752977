import type { CallOutput } from '../../../shared/index.ts';
import type { CallState } from '../../api/use-call.ts';
import { Badge } from '../../ui/badge.tsx';
import { ErrorNote } from '../../ui/note.tsx';
import { Loading, Section } from '../../ui/page.tsx';
import { ExactTime } from '../../ui/time-view.tsx';
import { targetWords, withoutCode } from '../../ui/wording.ts';
import { type Accounts, accountName } from './use-accounts.ts';

export type History = CallOutput<'posts.history'>;

/** What happened on the way to each account, the newest first. */
export function PostHistory({ history, accounts }: { history: CallState<History>; accounts: Accounts }) {
  const several = new Set((history.data ?? []).map(({ account }) => account)).size > 1;
  return (
    <Section title="History">
      {history.error && <ErrorNote error={history.error} retry={history.refresh} />}
      {!history.data && !history.error && <Loading what="history" />}
      {history.data?.length === 0 && <p className="quiet">Nothing has happened yet.</p>}
      {history.data && history.data.length > 0 && (
        <ol className="history">
          {history.data.toReversed().map((line, index) => (
            <li key={history.data ? history.data.length - index : 0} className="history-line">
              <ExactTime at={line.at} />
              <Badge word={targetWords[line.status]} />
              <p className="history-note">
                {withoutCode(line.note)}
                {several && <span className="quiet"> · {accountName(accounts, line.account)}</span>}
              </p>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}
