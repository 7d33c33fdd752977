import { useState } from 'react';
import type { AccountView, QueueView } from '../../../shared/index.ts';
import { networkFacts } from '../../../shared/index.ts';
import { useCall } from '../../api/use-call.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ErrorNote, Note } from '../../ui/note.tsx';
import { Loading, Page, Section } from '../../ui/page.tsx';
import { href } from '../../ui/route.ts';
import { useLast } from '../../ui/use-last.ts';
import { plural } from '../../ui/wording.ts';
import { ZoneHint } from '../../ui/zone-hint.tsx';
import { PlanTabs } from './plan-tabs.tsx';
import { QueueControls } from './queue-controls.tsx';
import { QueueSlots } from './queue-slots.tsx';
import { slotText } from './slot-draft.ts';
import { SlotEditor } from './slot-editor.tsx';

const pageOfSlots = 14;
/** As many as the engine gives. */
const mostSlots = 500;

/** The weekly slots of each account, and what is in them. */
export function QueuesPage() {
  const [limit, setLimit] = useState(pageOfSlots);
  const queues = useCall('queue.list', { limit });
  const accounts = useCall('accounts.list', { limit: 10_000 });
  // More slots are another question; what is shown, and edited, stays until it is answered.
  const lists = useLast(queues.data);
  const error = queues.error ?? accounts.error;
  const known = accounts.data ?? [];
  const strangers = (lists ?? []).filter(({ account }) => !known.some(({ id }) => id === account));
  const shown = [
    ...known.map((account) => ({ id: account.id, account })),
    ...strangers.map(({ account }) => ({ id: account, account: undefined })),
  ];
  const isThere = lists && accounts.data;
  return (
    <Page title="Weekly slots" actions={<NewPost shown={known.length > 0} />}>
      <PlanTabs current="queues" />
      {error && <ErrorNote error={error} retry={queues.refresh} />}
      {!isThere && !error && <Loading what="queues" />}
      {isThere && shown.length === 0 && (
        <Empty
          icon="clock"
          title="An account comes first"
          text="Each account has a queue: times of the week at which it posts what you put in line."
        >
          <ButtonLink to={href({ page: 'new-account' })} look="primary" icon="plus">
            Add account
          </ButtonLink>
        </Empty>
      )}
      {isThere &&
        shown.map(({ id, account }) => (
          <QueueSection
            key={id}
            id={id}
            account={account}
            queue={lists.find((queue) => queue.account === id)}
            more={() => setLimit((before) => Math.min(mostSlots, before + 3 * pageOfSlots))}
            changed={queues.refresh}
          />
        ))}
    </Page>
  );
}

function NewPost({ shown }: { shown: boolean }) {
  if (!shown) return null;
  return (
    <ButtonLink to={href({ page: 'new-post' })} icon="plus" look="primary">
      New post
    </ButtonLink>
  );
}

type SectionProps = {
  id: string;
  account: AccountView | undefined;
  queue: QueueView | undefined;
  more: () => void;
  changed: () => void;
};

function QueueSection({ id, account, queue, more, changed }: SectionProps) {
  const [editing, setEditing] = useState(false);
  const name = account?.handle ?? id;
  const waiting = queue?.upcoming.filter(({ post }) => post !== null).length ?? 0;
  return (
    <Section
      title={name}
      actions={
        !editing && (
          <QueueControls name={name} queue={queue} edit={() => setEditing(true)} changed={changed} />
        )
      }
    >
      <p className="row-sub">
        {account ? networkFacts[account.network].title : 'No such account'}
        {queue ? ` · ${queue.slots.map(slotText).join(' · ')} (${queue.timezone.replaceAll('_', ' ')})` : ''}
        {waiting > 0 && ` · ${plural(waiting, 'post')} in line`}
      </p>
      {queue && !queue.known && (
        <Note tone="warn">Belfry has no account of this name. Add it again, or remove these slots.</Note>
      )}
      {editing && (
        <SlotEditor
          account={id}
          name={name}
          queue={queue}
          done={() => {
            setEditing(false);
            changed();
          }}
        />
      )}
      {queue && !editing && <ZoneHint zone={queue.timezone} />}
      {queue && !editing && <QueueSlots queue={queue} name={name} changed={changed} more={more} />}
      {!queue && !editing && (
        <p className="quiet">No weekly slots: its posts go out at times of their own.</p>
      )}
    </Section>
  );
}
