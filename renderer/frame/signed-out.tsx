import { Mark } from '../ui/icon.tsx';

/** Shown in a browser whose link was used up, or whose engine has started anew. */
export function SignedOut() {
  return (
    <main className="signed-out">
      <Mark />
      <h1>This window needs a fresh link</h1>
      <p>
        A link to Belfry works once and for one browser tab, and its sign-in ends after a week without use.
        Nothing is lost: jobs and posts go on without this window.
      </p>
      <p>
        Print a new link in a terminal with <code>belfry link</code> and paste it into the address bar of this
        tab.
      </p>
    </main>
  );
}
