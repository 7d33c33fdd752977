import { useDeferredValue } from 'react';
import type { AccountView, PostCheck } from '../../../shared/index.ts';
import { graphemes, networkFacts } from '../../../shared/index.ts';
import { countFor } from '../../ui/count.ts';
import type { LiveCheck } from './use-check.ts';

type Count = NonNullable<PostCheck['counts']>[number];
/** What the engine last said about a part on an account. */
export type CountOf = (account: string, part: number) => (Count & { fresh: boolean }) | undefined;

/** Reads counts and limits out of a live check. */
export function countsIn({ answer, fresh }: LiveCheck): CountOf {
  const known = new Map((answer?.counts ?? []).map((count) => [`${count.account} ${count.part}`, count]));
  return (account, part) => {
    const count = known.get(`${account} ${part}`);
    return count && { ...count, fresh };
  };
}

type CountsProps = {
  text: string;
  /** Counts too where a network shows it with the text. */
  warning: string;
  part: number;
  accounts: readonly AccountView[];
  countOf: CountOf;
};

/** Length of a text as each chosen network counts it, one line for accounts that count alike. */
export function Counts({ text, warning, part, accounts, countOf }: CountsProps) {
  const calm = useDeferredValue(text);
  if (accounts.length === 0)
    return <span className="number">{graphemes(calm).toLocaleString('en-GB')} characters</span>;
  const rows = new Map(
    accounts.map((account) => {
      const { network } = account;
      const said = countOf(account.id, part);
      const limit = said ? said.limit : networkFacts[network].characters;
      // Between two answers of the engine the window counts by itself, so that the number keeps up with the typing.
      const count = said?.fresh ? said.characters : countFor(network, calm, warning);
      return [
        `${network} ${limit} ${count}`,
        { name: networkFacts[network].title, count, limit, usual: !said },
      ];
    }),
  );
  return [...rows].map(([key, { name, count, limit, usual }]) => {
    const over = limit === null ? 0 : count - limit;
    return (
      <span key={key} className={over > 0 ? 'text-count text-count-over' : 'text-count'}>
        {name}: <span className="number">{count.toLocaleString('en-GB')}</span>
        {limit !== null && ` of ${usual ? 'usually ' : ''}${limit.toLocaleString('en-GB')}`} characters
        {over > 0 && `, ${over.toLocaleString('en-GB')} over`}
      </span>
    );
  });
}
