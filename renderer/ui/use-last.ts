import { useState } from 'react';

/** The value, or while there is none the last one there was: what is renewed need not vanish meanwhile. */
export function useLast<T>(value: T | undefined): T | undefined {
  const [last, setLast] = useState(value);
  if (value !== undefined && value !== last) setLast(value);
  return value ?? last;
}
