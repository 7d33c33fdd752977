import type { Clock } from '../../shared/index.ts';

/** The one window as the keeper handles it. */
export type KeptWindow = {
  /** Shows it in front of everything; goes to `route` unless that is ''. */
  present(route: string): void;
  hide(): void;
  /** Gives all of its memory back. */
  destroy(): void;
};

export type WindowKeeper = {
  /** Shows the window, opening it when there is none; `route` such as `#/runs`, '' for where it is. */
  show(route: string): void;
  /** The person closes the window: it hides in the tray, or the application ends. */
  close(): void;
  /** The window is gone, for whatever reason. */
  gone(): void;
};

/** How long a hidden window is kept, so that opening it again is instant. */
export const keepHiddenMillis = 5 * 60_000;

export type KeeperNeeds = {
  clock: Pick<Clock, 'setTimer'>;
  open(route: string): KeptWindow;
  /** Where a closed window goes: the tray, or nowhere, which ends the application. */
  closesToTray(): boolean;
  quit(): void;
};

/** Keeps at most one window: closed it hides in the tray, and after a while it is destroyed to give its memory back. */
export function createWindowKeeper({ clock, open, closesToTray, quit }: KeeperNeeds): WindowKeeper {
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
