import { useMemo, useRef, useState } from 'react';

export type Selection = {
  /** Those of the shown items that are chosen, in the order of the list. */
  readonly ids: readonly string[];
  has(id: string): boolean;
  /** Chooses one or lets it go; with `through`, all from the last one on. */
  toggle(id: string, through: boolean): void;
  set(ids: readonly string[]): void;
};

/** Which items of a list are chosen; one that leaves the list is not chosen any more. */
export function useSelection(items: readonly { id: string }[]): Selection {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const last = useRef<string>(undefined);
  const ids = useMemo(
    () => (chosen.size === 0 ? [] : items.filter(({ id }) => chosen.has(id)).map(({ id }) => id)),
    [items, chosen],
  );
  return {
    ids,
    has: (id) => chosen.has(id),
    toggle(id, through) {
      const from = items.findIndex((item) => item.id === last.current);
      const to = items.findIndex((item) => item.id === id);
      const meant = through && from >= 0 ? items.slice(Math.min(from, to), Math.max(from, to) + 1) : [{ id }];
      const isOn = !chosen.has(id);
      const next = new Set(chosen);
      for (const one of meant) {
        if (isOn) next.add(one.id);
        else next.delete(one.id);
      }
      last.current = id;
      setChosen(next);
    },
    set: (all) => setChosen(new Set(all)),
  };
}
