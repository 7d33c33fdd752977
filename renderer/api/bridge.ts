import { type DesktopBridge, desktopLink } from './desktop-link.ts';
import { httpLink } from './http-link.ts';
import type { Link } from './link.ts';
import { codeOf, createSession, takeCode } from './session.ts';
import { timer } from './timer.ts';

declare global {
  interface Window {
    /** Set by the preload of the desktop host; absent in a browser. */
    readonly belfry?: DesktopBridge;
  }
}

/** The way to the engine: the preload's bridge on the desktop, loopback HTTP in a browser. */
export function chooseLink(window: Window): Link {
  if (window.belfry) return desktopLink(window.belfry);
  const code = takeCode({
    hash: window.location.hash,
    replace: (hash) => window.history.replaceState(null, '', hash),
  });
  const fetch: typeof window.fetch = (input, init) => window.fetch(input, init);
  const session = createSession({ fetch, storage: window.sessionStorage, code });
  const link = httpLink({ fetch, session, wait: timer });
  // A fresh link that is pasted into a tab that is open already changes the fragment alone.
  window.addEventListener('hashchange', ({ newURL }) => {
    const fresh = codeOf(new URL(newURL).hash);
    if (fresh === null) return;
    window.history.replaceState(null, '', '#/');
    session.use(fresh);
    link.retry();
  });
  return link;
}
