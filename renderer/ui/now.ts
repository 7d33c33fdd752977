import { useSyncExternalStore } from 'react';
import { type Millis, timezoneSchema } from '../../shared/index.ts';

// One ticker for the whole window: a thousand relative times cost one timer.
const listeners = new Set<() => void>();
let current: Millis = Date.now();
let ticking: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (!ticking) {
    current = Date.now();
    ticking = setInterval(() => {
      current = Date.now();
      for (const tell of listeners) tell();
    }, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(ticking);
      ticking = undefined;
    }
  };
}

/** The present, renewed every second, rounded down to `stepMs` so that a component redraws no more often than that. */
export function useNow(stepMs = 1000): Millis {
  return useSyncExternalStore(subscribe, () => Math.floor(current / stepMs) * stepMs);
}

/** The zone of the user before the window. */
export const userZone: string = knownZone(Intl.DateTimeFormat().resolvedOptions().timeZone);

/** A zone that can be shown in: an environment with an odd TZ gives names that are none, or no name at all. */
export function knownZone(name: string | undefined): string {
  return timezoneSchema.safeParse(name).data ?? 'UTC';
}
