import { AppShell, useMantineColorScheme } from '@mantine/core';
import { Outlet } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useLinkState } from '../api/context.tsx';
import { useCall } from '../api/use-call.ts';
import { ZoneDoubt } from '../ui/zone-doubt.tsx';
import { Connection } from './connection.tsx';
import { Header } from './header.tsx';
import { Navigation } from './navigation.tsx';
import { Palette } from './palette.tsx';
import { Shortcuts } from './shortcuts.tsx';
import { SignedOut } from './signed-out.tsx';
import { Warnings } from './warnings.tsx';
import './frame.css';

/** What surrounds every page: navigation, the scheduler's state, warnings, the state of the connection. */
export function Frame() {
  const link = useLinkState();
  const status = useCall('status.get', {});
  const settings = useCall('settings.get', {});
  const { setColorScheme } = useMantineColorScheme();
  const theme = settings.data?.theme;
  useEffect(() => {
    if (theme) setColorScheme(theme === 'system' ? 'auto' : theme);
  }, [theme, setColorScheme]);

  if (link === 'signed-out') return <SignedOut />;
  return (
    <ZoneDoubt zones={status.data?.timezones ?? []}>
      <AppShell
        className="frame"
        layout="alt"
        header={{ height: '3rem' }}
        navbar={{ width: { base: '3.5rem', md: '13rem' }, breakpoint: 0 }}
      >
        <button
          type="button"
          className="skip-link"
          onClick={() => document.getElementById('content')?.focus()}
        >
          Skip to content
        </button>
        <AppShell.Navbar component="div" className="frame-side">
          <Navigation status={status.data} />
        </AppShell.Navbar>
        <AppShell.Header className="frame-header">
          <Header status={status.data} />
        </AppShell.Header>
        <AppShell.Main component="div" className="frame-main">
          <Connection />
          {status.data && <Warnings status={status.data} />}
          <main id="content" tabIndex={-1}>
            <Outlet />
          </main>
        </AppShell.Main>
        <Palette status={status.data} />
        <Shortcuts />
      </AppShell>
    </ZoneDoubt>
  );
}
