import { useId } from 'react';
import type { AccountView } from '../../../shared/index.ts';
import { Badge } from '../../parts/badge.tsx';
import { accountWords, networkWords } from '../../parts/wording.ts';

type ChoiceProps = {
  accounts: readonly AccountView[];
  chosen: readonly string[];
  error: string | undefined;
  onChange: (chosen: readonly string[]) => void;
};

/** Which accounts a post goes to. */
export function AccountChoice({ accounts, chosen, error, onChange }: ChoiceProps) {
  const about = useId();
  const toggle = (id: string, on: boolean) =>
    onChange(on ? [...chosen, id] : chosen.filter((other) => other !== id));
  return (
    <fieldset className="field choice" aria-describedby={about}>
      <legend>Accounts</legend>
      {accounts.map((account) => (
        <label key={account.id} className="choice-row">
          <input
            type="checkbox"
            checked={chosen.includes(account.id)}
            onChange={(event) => toggle(account.id, event.target.checked)}
          />
          <span className="choice-text">
            <span className="choice-name">{account.handle}</span>
            <span className="row-sub">{networkWords[account.network]}</span>
          </span>
          {account.status !== 'ready' && <Badge word={accountWords[account.status]} />}
        </label>
      ))}
      <div id={about} className="field-about">
        {error && <p className="field-error">Choose at least one account.</p>}
      </div>
    </fieldset>
  );
}
