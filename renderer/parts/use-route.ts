import { useMemo, useSyncExternalStore } from 'react';
import { href, parseRoute, type Route } from './route.ts';

function subscribe(changed: () => void): () => void {
  window.addEventListener('hashchange', changed);
  return () => window.removeEventListener('hashchange', changed);
}

/** The place that the address names. */
export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  return useMemo(() => parseRoute(hash), [hash]);
}

/** Goes to a place, as a click on a link to it would. */
export function go(route: Route): void {
  window.location.hash = href(route);
}
