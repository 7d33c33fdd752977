import type { MessageBus } from 'dbus-native';
import { startBus } from './bus.ts';
import { startDisplay } from './display.ts';
import { startWatcher, type Watcher } from './watcher.ts';

/** The user's desktop session in miniature: a screen, a session bus, and a tray unless told otherwise. */
export type Session = {
  env: Record<string, string>;
  bus: MessageBus;
  watcher: Watcher;
  /** Whether it shows tray icons. */
  hasTray: boolean;
  stop(): Promise<void>;
};

/** Starts one; `tray: false` is a desktop that shows no tray icons. */
export async function startSession({ tray }: { tray: boolean }): Promise<Session> {
  const display = await startDisplay();
  const { address, bus, stop } = await startBus();
  const watcher = await startWatcher(bus);
  if (!tray) await watcher.leave();
  return {
    // Electron asks for KDE before it looks for a tray of this kind.
    env: { DISPLAY: display.name, DBUS_SESSION_BUS_ADDRESS: address, XDG_CURRENT_DESKTOP: 'KDE' },
    bus,
    watcher,
    hasTray: tray,
    async stop() {
      await stop();
      await display.stop();
    },
  };
}
