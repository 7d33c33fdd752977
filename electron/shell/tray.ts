import type { MessageBus } from 'dbus-native';
import { Menu, type MenuItemConstructorOptions, nativeImage, Tray } from 'electron';
import { type Bridge, type Clock, type Log, toWireError } from '../../shared/index.ts';
import { machineZone } from '../system.ts';
import { trayPictures } from './icons.ts';
import { type TrayAction, type TrayEntry, type TrayIcon, type TrayView, trayView } from './tray-menu.ts';
import { keepTrayState } from './tray-state.ts';

type TrayDeps = {
  engine: Bridge;
  clock: Clock;
  log: Log;
  host: TrayHost;
  runtimeNotice: string | null;
  act(action: TrayAction): void;
  open(): void;
};

export type DesktopTray = {
  /** Whether the icon can be seen: there is a panel, or the icon was clicked. */
  works(): boolean;
  /** Shows that Belfry is ending, and follows the engine no longer. */
  close(): Promise<void>;
};

/** The tray: one icon, drawn from one state, put up again whenever a panel appears. */
export function openTray(deps: TrayDeps): DesktopTray {
  const { engine, clock, log, runtimeNotice, host } = deps;
  const tray = createTray(deps.act, deps.open);
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

type TrayKeeper = {
  /** Draws the tray; does nothing when it looks so already. */
  draw(view: TrayView): void;
  /** Puts the icon up again, for a panel that came later than we did or was restarted. */
  renew(): void;
  /** Whether it was clicked: proof that it is shown, also by a panel that cannot be asked. */
  used(): boolean;
  destroy(): void;
};

/** The icon in the tray; `act` is called for what is clicked, `open` for a click on the icon itself. */
function createTray(act: (action: TrayAction) => void, open: () => void): TrayKeeper {
  /** What the tray should look like, and what it does look like: they differ after a draw that failed. */
  let wanted: TrayView | undefined;
  let shown: TrayView | undefined;
  let used = false;
  const clicked = () => {
    used = true;
    open();
  };
  const chosen = (action: TrayAction) => {
    used = true;
    act(action);
  };
  let tray = put(clicked);
  const render = (view: TrayView) => {
    tray.setImage(image(view.icon));
    tray.setToolTip(view.tooltip);
    // On Linux a menu that was handed over never changes: it must be set again.
    tray.setContextMenu(Menu.buildFromTemplate(view.entries.map((entry) => toItem(entry, chosen))));
  };
  return {
    draw(view) {
      wanted = view;
      if (shown && JSON.stringify(shown) === JSON.stringify(view)) return;
      shown = undefined;
      render(view);
      shown = view;
    },
    renew() {
      tray.destroy();
      shown = undefined;
      tray = put(clicked);
      if (!wanted) return;
      render(wanted);
      shown = wanted;
    },
    used: () => used,
    destroy: () => tray.destroy(),
  };
}

function put(open: () => void): Tray {
  const tray = new Tray(image('idle'));
  tray.setToolTip('Belfry');
  // macOS and Linux show the menu of a tray on click; there a click event may come as well, and would open both.
  if (process.platform !== 'darwin') tray.on('click', open);
  return tray;
}

function image(icon: TrayIcon) {
  const picture = nativeImage.createEmpty();
  for (const representation of trayPictures(icon, process.platform))
    picture.addRepresentation(representation);
  picture.setTemplateImage(process.platform === 'darwin');
  return picture;
}

function toItem(entry: TrayEntry, act: (action: TrayAction) => void): MenuItemConstructorOptions {
  switch (entry.type) {
    case 'separator':
      return { type: 'separator' };
    case 'label':
      return { label: plainLabel(entry.label), enabled: false };
    case 'action':
      return { label: plainLabel(entry.label), enabled: entry.enabled, click: () => act(entry.action) };
    case 'checkbox':
      return {
        type: 'checkbox',
        label: plainLabel(entry.label),
        checked: entry.checked,
        click: () => act(entry.action),
      };
    case 'menu':
      return { label: plainLabel(entry.label), submenu: entry.entries.map((child) => toItem(child, act)) };
  }
}

/** A single & would mark an access key. */
function plainLabel(label: string): string {
  return label.replaceAll('&', '&&');
}

/** Whether this desktop shows tray icons. */
type TrayHost = {
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
