import type { Wait } from './link.ts';

/** The window's own timers. */
export const timer: Wait = (ms, ring) => {
  const id = setTimeout(ring, ms);
  return () => clearTimeout(id);
};
