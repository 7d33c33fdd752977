import type { MessageBus } from 'dbus-native';
import type { Log } from '../../shared/index.ts';

/** Whether this desktop shows tray icons. */
export type TrayHost = {
  present(): boolean;
  /** Calls `listener` whenever that has changed; the result ends that. */
  watch(listener: () => void): () => void;
  close(): Promise<void>;
};

const watcher = 'org.kde.StatusNotifierWatcher';
const ownerChanged = [
  "type='signal'",
  "sender='org.freedesktop.DBus'",
  "member='NameOwnerChanged'",
  `arg0='${watcher}'`,
].join(',');

/**
 * Looks for a panel that shows icons: on Linux an owner of org.kde.StatusNotifierWatcher on the session bus (freedesktop
 * StatusNotifierItem specification). macOS and Windows always have one.
 */
export async function watchTrayHost(log: Log): Promise<TrayHost> {
  if (process.platform !== 'linux')
    return { present: () => true, watch: () => () => {}, close: async () => {} };
  const listeners = new Set<() => void>();
  let present = false;
  let bus: MessageBus | undefined;
  try {
    // Only Linux pays for loading it.
    const { default: dbus } = await import('dbus-native');
    bus = dbus.sessionBus();
    bus.connection.on('error', (error) => log('warn', 'The session bus is gone', { reason: error.message }));
    await bus.watch(ownerChanged);
    bus.connection.on('message', ({ member, body }) => {
      if (member !== 'NameOwnerChanged' || body?.[0] !== watcher) return;
      present = body[2] !== '';
      for (const listener of listeners) listener();
    });
    present = await bus.nameHasOwner(watcher);
  } catch (error) {
    // Without a session bus there is no tray of this kind either.
    log('info', 'This desktop was asked for a tray and gave no answer', { reason: String(error) });
  }
  return {
    present: () => present,
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => bus?.close(),
  };
}
