import { useDeferredValue, useMemo } from 'react';
import type { Network } from '../../../shared/index.ts';
import { graphemes, networkFacts } from '../../../shared/index.ts';
import { countFor } from '../../ui/count.ts';
import { Field } from '../../ui/field.tsx';

type TextProps = {
  text: string;
  networks: readonly Network[];
  error: string | undefined;
  onChange: (text: string) => void;
};

/** The text of a post with its length as each chosen network counts it. */
export function ComposerText({ text, networks, error, onChange }: TextProps) {
  return (
    <Field label="Text" error={error} hint={<Counts text={text} networks={[...new Set(networks)]} />}>
      {(ids) => (
        <textarea {...ids} rows={7} value={text} onChange={(event) => onChange(event.target.value)} />
      )}
    </Field>
  );
}

function Counts({ text, networks }: { text: string; networks: readonly Network[] }) {
  const calm = useDeferredValue(text);
  const counts = useMemo(
    () =>
      networks.map((network) => ({
        network,
        count: countFor(network, calm),
        limit: networkFacts[network].characters,
      })),
    [networks, calm],
  );
  if (counts.length === 0)
    return <span className="number">{graphemes(calm).toLocaleString('en-GB')} characters</span>;
  return counts.map(({ network, count, limit }) => (
    <span key={network} className={count > limit ? 'text-count text-count-over' : 'text-count'}>
      {networkFacts[network].title}: <span className="number">{count.toLocaleString('en-GB')}</span> of
      usually {limit.toLocaleString('en-GB')} characters
      {count > limit && `, ${(count - limit).toLocaleString('en-GB')} over`}
    </span>
  ));
}
