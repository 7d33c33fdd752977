import { type ReactNode, useLayoutEffect, useRef } from 'react';
import type { AccountView, QueueView } from '../../../shared/index.ts';
import { Button } from '../../ui/button.tsx';
import { Remarks } from '../../ui/field.tsx';
import { ErrorNote, Note } from '../../ui/note.tsx';
import { AccountChoice } from './account-choice.tsx';
import { addFile, addPart, changeOverride, changePart, raisePart, removePart } from './composer-changes.ts';
import { countsIn } from './composer-counts.tsx';
import { ComposerDetails } from './composer-details.tsx';
import type { Draft } from './composer-draft.ts';
import { elsewhere, type Notes } from './composer-notes.ts';
import { ComposerOverride } from './composer-override.tsx';
import { ComposerPart } from './composer-part.tsx';
import { ComposerPoll, emptyPoll } from './composer-poll.tsx';
import { ComposerPreview } from './composer-preview.tsx';
import { pastedFiles, useUploads } from './composer-uploads.ts';
import { ComposerWhen } from './composer-when.tsx';
import type { Accounts } from './use-accounts.ts';
import type { LiveCheck } from './use-check.ts';

const mostParts = 51;

type ComposerProps = {
  accounts: readonly AccountView[];
  queues: readonly QueueView[];
  draft: Draft;
  notes: Notes;
  live: LiveCheck;
  onChange: (draft: Draft) => void;
  onSubmit: () => void;
  /** Stands above the fields: what the user should know before going on. */
  above?: ReactNode;
  /** Stands below the fields of the side: errors and buttons. */
  children: ReactNode;
};

/** The form of a post, for a new one and for one that is edited. */
export function Composer(props: ComposerProps) {
  const { accounts, queues, draft, notes, live, onChange, onSubmit, above, children } = props;
  const known: Accounts = new Map(accounts.map((account) => [account.id, account]));
  const chosen = draft.accounts.flatMap((id) => known.get(id) ?? []);
  const change = (part: Partial<Draft>) => onChange({ ...draft, ...part });
  const countOf = countsIn(live);
  // Several files may arrive before the next drawing.
  const latest = useRef(draft);
  useLayoutEffect(() => {
    latest.current = draft;
  });
  const uploads = useUploads((part, file) => {
    latest.current = addFile(latest.current, part, file);
    onChange(latest.current);
  });
  const take = (target: EventTarget, files: readonly File[]) => {
    const place = target instanceof Element ? target.closest<HTMLElement>('[data-part]') : null;
    const part = draft.parts.find(({ key }) => String(key) === place?.dataset['part']) ?? draft.parts[0];
    uploads.take(part.key, files);
  };
  return (
    <form
      className="composer"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        take(event.target, [...event.dataTransfer.files]);
      }}
      onPaste={(event) => take(event.target, pastedFiles(event.clipboardData))}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <div className="composer-main">
        {above}
        {draft.parts.map((part, index) => (
          <ComposerPart
            key={part.key}
            part={part}
            index={index}
            count={draft.parts.length}
            accounts={chosen.filter(({ id }) => !hasOwnText(draft, id, index))}
            countOf={countOf}
            warning={draft.contentWarning}
            notes={notes}
            uploads={uploads}
            onChange={(some) => onChange(changePart(draft, index, some))}
            onRaise={(at) => onChange(raisePart(draft, at))}
            onRemove={() => onChange(removePart(draft, index))}
          />
        ))}
        <div className="buttons">
          {draft.parts.length < mostParts && (
            <Button small icon="plus" onClick={() => onChange(addPart(draft))}>
              {draft.parts.length === 1 ? 'Continue as a thread' : 'Add part'}
            </Button>
          )}
          {!draft.poll && (
            <Button small icon="plus" onClick={() => change({ poll: emptyPoll })}>
              Add poll
            </Button>
          )}
        </div>
        {draft.poll && <ComposerPoll poll={draft.poll} notes={notes} onChange={(poll) => change({ poll })} />}
        <ComposerDetails draft={draft} notes={notes} onChange={change} />
        {chosen.map((account) => (
          <ComposerOverride
            key={account.id}
            account={account}
            draft={draft}
            notes={notes}
            countOf={countOf}
            onChange={(some) => onChange(changeOverride(draft, account.id, some))}
          />
        ))}
      </div>
      <div className="composer-side">
        <AccountChoice
          accounts={accounts}
          chosen={draft.accounts}
          error={notes.refusals.get('accounts')}
          advice={notes.advice.get('accounts')}
          onChange={(ids) => change({ accounts: ids })}
        />
        <ComposerWhen draft={draft} notes={notes} queues={queues} accounts={known} onChange={change} />
        <Remarks errors={notes.refusals.get(elsewhere)} advice={notes.advice.get(elsewhere)} />
        {live.error && <ErrorNote error={live.error} />}
        <Summary notes={notes} />
        {children}
        <ComposerPreview draft={draft} accounts={chosen} />
      </div>
    </form>
  );
}

/** How many remarks stand in the form, for those that are out of sight. */
function Summary({ notes }: { notes: Notes }) {
  const refusals = [...notes.refusals.values()].flat().length;
  return (
    <div role="status">
      {refusals > 0 && (
        <Note tone="bad">
          {refusals === 1 ? 'One field needs another look.' : `${refusals} remarks need another look.`}
        </Note>
      )}
    </div>
  );
}

function hasOwnText(draft: Draft, account: string, index: number): boolean {
  const override = draft.overrides[account];
  return index === 0 ? override?.text !== undefined : override?.thread !== undefined;
}
