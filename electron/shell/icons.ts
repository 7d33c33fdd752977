/// <reference types="vite/client" />
import type { TrayIcon } from './tray-menu.ts';

/** Every PNG of icons/ as a data URL: they are part of the program file, so no path to them can break. */
const files = import.meta.glob<string>('./icons/*.png', { query: '?inline', import: 'default', eager: true });

export const appIcon = file('app');

/** The tray icon's pictures, each for a scale factor of the screen. */
export function trayPictures(
  icon: TrayIcon,
  platform: NodeJS.Platform,
): { scaleFactor: number; dataURL: string }[] {
  const kind = platform === 'darwin' ? 'template' : 'tray';
  return Object.entries(sizes(platform)).map(([scale, size]) => ({
    scaleFactor: Number(scale),
    dataURL: file(`${kind}-${icon}-${size}`),
  }));
}

function sizes(platform: NodeJS.Platform): Record<string, number> {
  if (platform === 'darwin') return { '1': 16, '2': 32 };
  if (platform === 'win32') return { '1': 16, '1.25': 20, '1.5': 24, '2': 32 };
  return { '1': 24, '2': 48 };
}

function file(name: string): string {
  const found = files[`./icons/${name}.png`];
  if (found === undefined) throw new Error(`No icon ${name}`);
  return found;
}
