import { Menu, type MenuItemConstructorOptions, nativeImage, Tray } from 'electron';
import { trayPictures } from './icons.ts';
import type { TrayAction, TrayEntry, TrayIcon, TrayView } from './tray-menu.ts';

export type TrayKeeper = {
  /** Draws the tray; does nothing when it looks so already. */
  draw(view: TrayView): void;
  /** Puts the icon up again, for a panel that came later than we did or was restarted. */
  renew(): void;
  /** Whether somebody has clicked it: proof that it is shown, also by a panel that cannot be asked. */
  used(): boolean;
  destroy(): void;
};

/** The icon in the tray; `act` is called for what is clicked, `open` for a click on the icon itself. */
export function createTray(act: (action: TrayAction) => void, open: () => void): TrayKeeper {
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
