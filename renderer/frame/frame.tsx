import { type ReactNode, useEffect } from 'react';
import { useLinkState } from '../api/context.tsx';
import { useCall } from '../api/use-call.ts';
import { type Route, sectionOf } from '../parts/route.ts';
import { applyTheme } from '../parts/theme.ts';
import { ZoneDoubt } from '../parts/zone-doubt.tsx';
import { Connection } from './connection.tsx';
import { Header } from './header.tsx';
import { Navigation } from './navigation.tsx';
import { SignedOut } from './signed-out.tsx';
import { Warnings } from './warnings.tsx';

/** What surrounds every page: navigation, the scheduler's state, warnings, the state of the connection. */
export function Frame({ route, children }: { route: Route; children: ReactNode }) {
  const link = useLinkState();
  const status = useCall('status.get', {}, { refreshOn: ['status.changed'] });
  const settings = useCall('settings.get', {}, { refreshOn: ['settings.changed'] });
  const theme = settings.data?.theme;
  useEffect(() => {
    if (theme) applyTheme(theme);
  }, [theme]);

  if (link === 'signed-out') return <SignedOut />;
  return (
    <ZoneDoubt zones={status.data?.timezones ?? []}>
      <div className="frame">
        <button
          type="button"
          className="skip-link"
          onClick={() => document.getElementById('content')?.focus()}
        >
          Skip to content
        </button>
        <Navigation current={sectionOf(route)} status={status.data} />
        <div className="frame-main">
          <Header status={status.data} />
          <Connection />
          {status.data && <Warnings status={status.data} />}
          <main id="content" tabIndex={-1}>
            {children}
          </main>
        </div>
      </div>
    </ZoneDoubt>
  );
}
