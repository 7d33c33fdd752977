import { useState } from 'react';

/** State of a form that survives leaving the page; `forget` ends that. Kept for this tab only. */
export function useKept<T>(name: string, initial: T): [T, (value: T) => void, forget: () => void] {
  const key = `belfry.draft.${name}`;
  const [value, setValue] = useState<T>(() => read(key) ?? initial);
  const keep = (next: T) => {
    setValue(next);
    window.sessionStorage.setItem(key, JSON.stringify(next));
  };
  const forget = () => window.sessionStorage.removeItem(key);
  return [value, keep, forget];
}

/** Puts a value where `useKept` of the same name will find it. */
export function keepFor<T>(name: string, value: T): void {
  window.sessionStorage.setItem(`belfry.draft.${name}`, JSON.stringify(value));
}

function read<T>(key: string): T | undefined {
  const text = window.sessionStorage.getItem(key);
  // Only this file writes under these keys, each with the type of its form.
  return text === null ? undefined : (JSON.parse(text) as T);
}
