import type { ReactNode } from 'react';

/** A name and what is known under it. */
export type Fact = [name: string, value: ReactNode];

/** Facts as a list of names and values; `className` says how they lie. */
export function Facts({ facts, className }: { facts: readonly Fact[]; className: 'facts' | 'fact-line' }) {
  return (
    <dl className={className}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
