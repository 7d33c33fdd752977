import { useEffect, useState } from 'react';

/** A value that follows once it has been still for `ms` milliseconds; compare by identity. */
export function useDebounced<T>(value: T, ms: number): T {
  const [calm, setCalm] = useState(value);
  useEffect(() => {
    const id = setTimeout(() => setCalm(() => value), ms);
    return () => clearTimeout(id);
  }, [value, ms]);
  return calm;
}
