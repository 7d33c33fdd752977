import { type RefObject, useEffect, useRef, useState } from 'react';

/**
 * For a form: `look` moves the focus to its first field with a mistake once the mistakes are drawn, so that it need
 * not be searched for.
 */
export function useFirstMistake(): { form: RefObject<HTMLFormElement | null>; look: () => void } {
  const form = useRef<HTMLFormElement>(null);
  const [looks, setLooks] = useState(0);
  useEffect(() => {
    if (looks > 0) form.current?.querySelector<HTMLElement>(mistaken)?.focus();
  }, [looks]);
  return { form, look: () => setLooks((before) => before + 1) };
}

const mistaken = '[aria-invalid="true"], .field:has(> .field-error, > .field-about > .field-error) input';
