import { app, Menu, type MenuItemConstructorOptions } from 'electron';

export type MenuNeeds = { open(route: string): void; quit(): void };

/** The menu bar: hidden on Linux and Windows, but its keys (copy, paste, zoom) work everywhere. */
export function setApplicationMenu({ open, quit }: MenuNeeds): void {
  const mac = process.platform === 'darwin';
  const about: MenuItemConstructorOptions = { label: 'About Belfry', click: () => app.showAboutPanel() };
  const leave: MenuItemConstructorOptions = { label: 'Quit Belfry', accelerator: 'CmdOrCtrl+Q', click: quit };
  const settings: MenuItemConstructorOptions = {
    label: 'Settings',
    accelerator: 'CmdOrCtrl+,',
    click: () => open('#/settings'),
  };
  const template: MenuItemConstructorOptions[] = [
    {
      label: mac ? 'Belfry' : 'File',
      submenu: [about, { type: 'separator' }, settings, { type: 'separator' }, { role: 'close' }, leave],
    },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        ...(app.isPackaged ? [] : ([{ role: 'toggleDevTools' }] as MenuItemConstructorOptions[])),
      ],
    },
    { role: 'windowMenu' },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

/** What "About Belfry" shows. */
export function setAbout(remarks: readonly string[]): void {
  app.setAboutPanelOptions({
    applicationName: 'Belfry',
    applicationVersion: app.getVersion(),
    version: `Electron ${process.versions.electron}`,
    copyright: 'MIT licence',
    credits: remarks.join('\n'),
  });
}
