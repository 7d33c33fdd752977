import { useId } from 'react';
import type { AccountView } from '../../../shared/index.ts';
import { networkFacts } from '../../../shared/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { Remarks } from '../../ui/field.tsx';
import { accountWords } from '../../ui/wording.ts';

type ChoiceProps = {
  accounts: readonly AccountView[];
  chosen: readonly string[];
  error: string | readonly string[] | undefined;
  advice?: readonly string[] | undefined;
  onChange: (chosen: readonly string[]) => void;
};

/** Which accounts a post goes to; one that is gone from Belfry can only be taken out. */
export function AccountChoice({ accounts, chosen, error = [], advice, onChange }: ChoiceProps) {
  const about = useId();
  const toggle = (id: string, on: boolean) =>
    onChange(on ? [...chosen, id] : chosen.filter((other) => other !== id));
  const gone = chosen.filter((id) => !accounts.some((account) => account.id === id));
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
            <span className="row-sub">{networkFacts[account.network].title}</span>
          </span>
          {account.status !== 'ready' && <Badge word={accountWords[account.status]} />}
        </label>
      ))}
      {gone.map((id) => (
        <label key={id} className="choice-row">
          <input type="checkbox" checked onChange={() => toggle(id, false)} />
          <span className="choice-text">
            <span className="choice-name">{id}</span>
            <span className="row-sub">Account removed</span>
          </span>
        </label>
      ))}
      <div id={about} className="field-about">
        <Remarks
          errors={
            error.length > 0 && chosen.length === 0
              ? ['Choose at least one account.']
              : typeof error === 'string'
                ? [error]
                : error
          }
          advice={advice}
        />
      </div>
    </fieldset>
  );
}
