import { useState } from 'react';
import type { AccountView } from '../../../shared/index.ts';
import { Section } from '../../ui/page.tsx';
import type { Draft } from './composer-draft.ts';
import { PostPreview } from './post-preview.tsx';
import { shownOfDraft } from './shown-on.ts';

/** How the draft will look on one of its accounts; folded away until it is wanted. */
export function ComposerPreview({ draft, accounts }: { draft: Draft; accounts: readonly AccountView[] }) {
  const [wanted, setWanted] = useState('');
  const account = accounts.find(({ id }) => id === wanted) ?? accounts[0];
  if (!account) return null;
  return (
    <Section
      title="Preview"
      actions={
        accounts.length > 1 && (
          <select
            aria-label="Preview on"
            value={account.id}
            onChange={(event) => setWanted(event.target.value)}
          >
            {accounts.map(({ id, handle }) => (
              <option key={id} value={id}>
                {handle}
              </option>
            ))}
          </select>
        )
      }
    >
      <PostPreview key={account.id} shown={shownOfDraft(draft, account.id)} account={account} />
    </Section>
  );
}
