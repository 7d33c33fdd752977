import { defineInterface, type MessageBus, type NameRegistration } from 'dbus-native';

/** A tray icon that an application registered. */
export type TrayItem = { service: string; path: string; pid: number };

/** The part of a desktop that shows tray icons, as far as an application can see it. */
export type Watcher = {
  items(): TrayItem[];
  /** The panel goes away, as when a desktop shell crashes; its icons are forgotten. */
  leave(): Promise<void>;
  /** The panel comes (back). */
  come(): Promise<void>;
};

const name = 'org.kde.StatusNotifierWatcher';

/** Serves org.kde.StatusNotifierWatcher on `bus`, which tells Electron that this desktop has a tray. */
export async function startWatcher(bus: MessageBus): Promise<Watcher> {
  let items: TrayItem[] = [];
  /** Names of connections that ended; a bus gives each name once. */
  const ended = new Set<unknown>();
  let owned: NameRegistration | undefined;
  const watcher = defineInterface({
    name,
    methods: {
      RegisterStatusNotifierItem: {
        in: { service: 's' },
        handler: async ({ service }: { service: string }, { sender = '' }) => {
          const pid = await bus.getConnectionUnixProcessId(sender);
          // The argument is a bus name, or (Ayatana) a path of the sender.
          const byPath = service.startsWith('/');
          const item = {
            service: byPath ? sender : service,
            path: byPath ? service : '/StatusNotifierItem',
            pid,
          };
          // Belfry takes an icon down and puts it up again when the panel comes back: it may have gone while its process was asked for.
          if (!ended.has(sender)) items = [...items.filter((other) => other.service !== item.service), item];
          return null;
        },
      },
      RegisterStatusNotifierHost: { in: { service: 's' }, handler: () => null },
    },
    properties: {
      RegisteredStatusNotifierItems: {
        type: 'as',
        access: 'read',
        get: () => items.map(({ service, path }) => `${service}${path}`),
      },
      IsStatusNotifierHostRegistered: { type: 'b', access: 'read', value: true },
      ProtocolVersion: { type: 'i', access: 'read', value: 0 },
    },
    signals: {
      StatusNotifierItemRegistered: { args: { service: 's' } },
      StatusNotifierItemUnregistered: { args: { service: 's' } },
      StatusNotifierHostRegistered: {},
    },
  });
  await bus.export('/StatusNotifierWatcher', watcher);
  await bus.watch(
    "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',member='NameOwnerChanged'",
  );
  bus.connection.on('message', (message) => {
    if (message.member !== 'NameOwnerChanged') return;
    const [service, , owner] = message.body ?? [];
    if (owner !== '') return;
    ended.add(service);
    items = items.filter((item) => item.service !== service);
  });
  const come = async () => {
    owned = await bus.ownName(name);
  };
  await come();
  return {
    items: () => [...items],
    come,
    async leave() {
      items = [];
      await owned?.release();
      owned = undefined;
    },
  };
}
