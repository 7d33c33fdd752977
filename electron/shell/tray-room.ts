import { type Bridge, type Clock, type Log, toWireError } from '../../shared/index.ts';
import { machineZone } from '../machine-zone.ts';
import { createTray } from './tray.ts';
import type { TrayHost } from './tray-host.ts';
import { type TrayAction, trayView } from './tray-menu.ts';
import { keepTrayState } from './tray-state.ts';

export type TrayRoomNeeds = {
  engine: Bridge;
  clock: Clock;
  log: Log;
  host: TrayHost;
  runtimeNotice: string | null;
  act(action: TrayAction): void;
  open(): void;
};

export type TrayRoom = {
  /** Whether the icon can be seen: a panel is there, or somebody has clicked it. */
  works(): boolean;
  /** Shows that Belfry is ending, and follows the engine no longer. */
  close(): Promise<void>;
};

/** The tray: one icon, drawn from one state, put up again whenever a panel appears. */
export function openTray(needs: TrayRoomNeeds): TrayRoom {
  const { engine, clock, log, runtimeNotice, host } = needs;
  const tray = createTray(needs.act, needs.open);
  const state = keepTrayState({
    engine,
    clock,
    log,
    timezone: machineZone().name,
    runtimeNotice,
    draw: (current) => tray.draw(trayView(current)),
  });
  const unwatch = host.watch(() => {
    if (!host.present()) return;
    try {
      tray.renew();
    } catch (error) {
      log('error', 'The tray icon could not be put up again', { reason: toWireError(error).message });
    }
  });
  return {
    works: () => host.present() || tray.used(),
    close() {
      state.quitting();
      state.stop();
      unwatch();
      return host.close();
    },
  };
}
