import { type MessageBus, Variant } from 'dbus-native';
import type { TrayItem, Watcher } from './watcher.ts';

/** One entry of the tray menu as the desktop would draw it. */
export type MenuEntry = {
  id: number;
  label: string;
  separator: boolean;
  enabled: boolean;
  visible: boolean;
  /** null: not an entry that can be checked. */
  checked: boolean | null;
  children: MenuEntry[];
};

/** The tray icon of one process, seen and used the way a desktop does. */
export type Tray = {
  menu(): Promise<MenuEntry[]>;
  /** The menu as text: one line per entry, sub-menus indented, `✓` before what is checked, `(…)` around what is off. */
  text(): Promise<string>;
  /** Clicks the entry with these labels, outermost first, as soon as it is there; a label may be given by a pattern. */
  click(...path: (string | RegExp)[]): Promise<void>;
  /** Clicks the icon itself. */
  activate(): Promise<void>;
  tooltip(): Promise<string>;
  /** Whether an icon is there at all. */
  present(): boolean;
};

const notifier = 'org.kde.StatusNotifierItem';
const dbusmenu = 'com.canonical.dbusmenu';

/** The tray icon that process `pid` has registered; `waitMillis` is how long to wait for it. */
export function trayOf(bus: MessageBus, watcher: Watcher, pid: number, waitMillis = 90_000): Tray {
  const find = () => watcher.items().find((item) => item.pid === pid);
  const found = async () => {
    const until = Date.now() + waitMillis;
    for (let item = find(); ; item = find()) {
      if (item) return item;
      if (Date.now() > until) throw new Error(`Process ${pid} has registered no tray icon`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  /** An entry comes when the engine has answered; an icon that is put up again is gone for a moment, and its menu has new numbers. */
  const persist = async <T>(attempt: (item: TrayItem) => Promise<T>): Promise<T> => {
    const until = Date.now() + waitMillis;
    for (;;) {
      try {
        return await attempt(await found());
      } catch (error) {
        if (Date.now() > until) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  };
  const menu = () => persist((item) => readMenu(bus, item));
  return {
    menu,
    text: async () => draw(await menu()),
    click: (...path) =>
      persist(async (item) => {
        const entry = findEntry(await readMenu(bus, item), path);
        await bus.invoke({
          ...(await menuAddress(bus, item)),
          member: 'Event',
          signature: 'isvu',
          body: [entry.id, 'clicked', new Variant('s', ''), 0],
        });
      }),
    async activate() {
      const item = await found();
      await bus.invoke({
        destination: item.service,
        path: item.path,
        interface: notifier,
        member: 'Activate',
        signature: 'ii',
        body: [0, 0],
      });
    },
    async tooltip() {
      const [, , title, text] = (await property(bus, await found(), 'ToolTip')) as [
        string,
        unknown,
        string,
        string,
      ];
      return [title, text].filter((part) => part !== '').join('\n');
    },
    present: () => find() !== undefined,
  };
}

function property(bus: MessageBus, item: TrayItem, name: string): PromiseLike<unknown> {
  return bus.invoke({
    destination: item.service,
    path: item.path,
    interface: 'org.freedesktop.DBus.Properties',
    member: 'Get',
    signature: 'ss',
    body: [notifier, name],
  });
}

async function menuAddress(bus: MessageBus, item: TrayItem) {
  const path = String(await property(bus, item, 'Menu'));
  return { destination: item.service, path, interface: dbusmenu };
}

type Layout = [id: number, properties: Record<string, unknown>, children: Layout[]];

async function readMenu(bus: MessageBus, item: TrayItem): Promise<MenuEntry[]> {
  const reply = await bus.invoke<[number, Layout] | Layout>({
    ...(await menuAddress(bus, item)),
    member: 'GetLayout',
    signature: 'iias',
    body: [0, -1, []],
  });
  const layout = Array.isArray(reply[1]) ? (reply[1] as Layout) : (reply as Layout);
  return layout[2].map(toEntry);
}

function toEntry([id, properties, children]: Layout): MenuEntry {
  const kind = properties['toggle-type'];
  return {
    id,
    // An underscore marks the access key; a doubled one is a real one.
    label: String(properties['label'] ?? '').replace(/_(_?)/g, '$1'),
    separator: properties['type'] === 'separator',
    enabled: properties['enabled'] !== false,
    visible: properties['visible'] !== false,
    checked: kind ? properties['toggle-state'] === 1 : null,
    children: children.map(toEntry),
  };
}

function findEntry(menu: MenuEntry[], path: (string | RegExp)[]): MenuEntry {
  const [wanted, ...rest] = path;
  const entry = menu.find((each) =>
    typeof wanted === 'string' ? each.label === wanted : wanted?.test(each.label),
  );
  if (!entry) throw new Error(`No entry ${String(wanted)} in the tray menu:\n${draw(menu)}`);
  if (!entry.enabled) throw new Error(`The entry ${entry.label} is switched off`);
  return rest.length === 0 ? entry : findEntry(entry.children, rest);
}

function draw(menu: MenuEntry[], indent = ''): string {
  return menu
    .filter((entry) => entry.visible)
    .map((entry) => {
      const label = entry.separator ? '---' : `${entry.checked ? '✓ ' : ''}${entry.label}`;
      const line = `${indent}${entry.enabled ? label : `(${label})`}`;
      return entry.children.length > 0 ? `${line}\n${draw(entry.children, `${indent}  `)}` : line;
    })
    .join('\n');
}
