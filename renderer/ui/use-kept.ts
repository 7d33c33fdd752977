import { useState } from 'react';

/** How long a form is kept: as long as this tab, or on this machine until it is sent, also when the window is closed. */
type Keep = 'tab' | 'machine';

/** State of a form that survives leaving the page; `forget` ends that. */
export function useKept<T>(
  name: string,
  initial: T,
  keep: Keep = 'tab',
): [T, (value: T) => void, forget: () => void] {
  const key = `belfry.draft.${name}`;
  const storage = storageOf(keep);
  const [value, setValue] = useState<T>(() => read(storage, key) ?? initial);
  const set = (next: T) => {
    setValue(next);
    storage.setItem(key, JSON.stringify(next));
  };
  const forget = () => storage.removeItem(key);
  return [value, set, forget];
}

/** Puts a value where `useKept` of the same name will find it. */
export function keepFor<T>(name: string, value: T, keep: Keep = 'tab'): void {
  storageOf(keep).setItem(`belfry.draft.${name}`, JSON.stringify(value));
}

/** What `useKept` of the same name has kept; undefined when there is nothing. */
export function keptFor<T>(name: string, keep: Keep = 'tab'): T | undefined {
  return read<T>(storageOf(keep), `belfry.draft.${name}`);
}

function storageOf(keep: Keep): Storage {
  return keep === 'tab' ? window.sessionStorage : window.localStorage;
}

function read<T>(storage: Storage, key: string): T | undefined {
  const text = storage.getItem(key);
  // Only this file writes under these keys, each with the type of its form.
  return text === null ? undefined : (JSON.parse(text) as T);
}
