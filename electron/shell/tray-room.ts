import type { Bridge, Clock } from '../../shared/index.ts';
import { createTray } from './tray.ts';
import type { TrayHost } from './tray-host.ts';
import { type TrayAction, trayView } from './tray-menu.ts';
import { keepTrayState } from './tray-state.ts';

export type TrayRoomNeeds = {
  engine: Bridge;
  clock: Clock;
  host: TrayHost;
  runtimeNotice: string | null;
  act(action: TrayAction): void;
  open(): void;
};

export type TrayRoom = {
  /** Whether the icon can be seen: a panel is there, or somebody has clicked it. */
  works(): boolean;
  /** Shows that Belfry is ending, and follows the engine no longer. */
  close(): void;
};

/** The tray: one icon, drawn from one state, put up again whenever a panel appears. */
export function openTray(needs: TrayRoomNeeds): TrayRoom {
  const { engine, clock, runtimeNotice, host } = needs;
  const tray = createTray(needs.act, needs.open);
  const state = keepTrayState({
    engine,
    clock,
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    runtimeNotice,
    draw: (current) => tray.draw(trayView(current)),
  });
  const unwatch = host.watch(() => {
    if (host.present()) tray.renew();
  });
  return {
    works: () => host.present() || tray.used(),
    close() {
      state.quitting();
      state.stop();
      unwatch();
      void host.close();
    },
  };
}
