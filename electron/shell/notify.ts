import { Notification } from 'electron';

/** Shows a notification of the system; a click on it opens the window at `route`. */
export type Notify = (notification: { title: string; body: string; route: string }) => void;

/** Notifications whose click calls `open`. */
export function createNotifier(open: (route: string) => void): Notify {
  // A notification that nothing holds is collected together with its click handler.
  const shown = new Set<Notification>();
  return ({ title, body, route }) => {
    if (!Notification.isSupported()) return;
    const notification = new Notification({ title, body });
    shown.add(notification);
    notification.on('click', () => open(route));
    for (const event of ['click', 'close', 'failed'] as const) {
      notification.on(event as 'close', () => shown.delete(notification));
    }
    notification.show();
  };
}
