import type { Clock } from '../../shared/index.ts';

/** The one window as the keeper handles it. */
export type KeptWindow = {
  /** Shows it in front of everything; goes to `route` unless that is ''. */
  present(route: string): void;
  hide(): void;
  /** Gives all of its memory back. */
  destroy(): void;
};

type WindowKeeper = {
  /** Shows the window, opening it when there is none; `route` such as `#/runs`, '' for where it is. */
  show(route: string): void;
  /** The user closes the window: it hides in the tray, or the application ends. */
  close(): void;
  /** The window is gone, for whatever reason. */
  gone(): void;
};

/** How long a hidden window is kept, so that opening it again is instant. */
export const keepHiddenMillis = 5 * 60_000;

type WindowKeeperDeps = {
  clock: Pick<Clock, 'setTimer'>;
  open(route: string): KeptWindow;
  /** Where a closed window goes: the tray, or nowhere, which ends the application. */
  closesToTray(): boolean;
  quit(): void;
};

/** Keeps at most one window: closed it hides in the tray, and after a while it is destroyed to give its memory back. */
export function createWindowKeeper({ clock, open, closesToTray, quit }: WindowKeeperDeps): WindowKeeper {
  let window: KeptWindow | undefined;
  let cancel = () => {};
  return {
    show(route) {
      cancel();
      if (window) window.present(route);
      else window = open(route);
    },
    close() {
      if (!closesToTray()) return quit();
      window?.hide();
      cancel();
      cancel = clock.setTimer(keepHiddenMillis, () => window?.destroy());
    },
    gone() {
      cancel();
      window = undefined;
    },
  };
}

type Rectangle = { x: number; y: number; width: number; height: number };
/** Where the window was, in screen points. */
export type WindowState = Rectangle & { maximized: boolean };

export const smallest = { width: 640, height: 480 };
const usual = { width: 1180, height: 780 };
/** A title bar must stay reachable: at least this much of the window has to be on one screen. */
const visible = { width: 160, height: 80 };

/** Where to open the window: where it was, unless that screen is gone; `screens` are work areas, the main one first. */
export function initialBounds(
  last: WindowState | null,
  screens: readonly Rectangle[],
): Partial<Rectangle> & { width: number; height: number } {
  const main = screens[0] ?? { x: 0, y: 0, ...usual };
  if (!last || !isReachable(last, screens)) return sizeFor(last ?? usual, main);
  return { x: last.x, y: last.y, ...sizeFor(last, { ...main, width: last.width, height: last.height }) };
}

/** Whether something read from a file is the state of a window. */
export function isWindowState(value: unknown): value is WindowState {
  if (typeof value !== 'object' || value === null) return false;
  const bounds = value as Record<string, unknown>;
  return (
    ['x', 'y', 'width', 'height'].every((key) => Number.isFinite(bounds[key])) &&
    typeof bounds['maximized'] === 'boolean'
  );
}

function sizeFor(size: { width: number; height: number }, screen: Rectangle) {
  return {
    width: Math.round(Math.max(smallest.width, Math.min(size.width, screen.width))),
    height: Math.round(Math.max(smallest.height, Math.min(size.height, screen.height))),
  };
}

function isReachable(bounds: Rectangle, screens: readonly Rectangle[]): boolean {
  return screens.some((screen) => {
    const width = Math.min(bounds.x + bounds.width, screen.x + screen.width) - Math.max(bounds.x, screen.x);
    const height =
      Math.min(bounds.y + bounds.height, screen.y + screen.height) - Math.max(bounds.y, screen.y);
    return width >= visible.width && height >= visible.height && bounds.y >= screen.y - 1;
  });
}
