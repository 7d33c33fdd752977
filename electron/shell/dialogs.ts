import { BrowserWindow, dialog, Notification, shell } from 'electron';
import { dialogTimeoutMillis } from './quit.ts';

/**
 * Opens an address in the browser. One that Belfry does not know is shown first: a page that was led astray must not be able
 * to open any site it likes (Electron's security checklist, "shell.openExternal").
 */
export async function openAddress(url: string, known: boolean): Promise<void> {
  if (known || (await isWanted(url))) await shell.openExternal(url);
}

async function isWanted(url: string): Promise<boolean> {
  const options = {
    type: 'question' as const,
    title: 'Open a link?',
    message: `Open ${new URL(url).host} in your browser?`,
    detail: url.slice(0, 500),
    buttons: ['Open', 'Cancel'],
    defaultId: 1,
    cancelId: 1,
  };
  const parent = BrowserWindow.getFocusedWindow();
  const { response } = await (parent
    ? dialog.showMessageBox(parent, options)
    : dialog.showMessageBox(options));
  return response === 0;
}

/** Pictures and films; what they really are is seen when they are added. */
const filters = [
  {
    name: 'Pictures and films',
    extensions: ['jpg', 'jpeg', 'png', 'gif', 'webp', 'avif', 'heic', 'mp4', 'mov', 'webm', 'm4v'],
  },
  { name: 'All files', extensions: ['*'] },
];

/** Asks the user for files; their paths, or none when nothing was chosen. */
export async function pickFiles(): Promise<string[]> {
  const options = { properties: ['openFile' as const, 'multiSelections' as const], filters };
  const parent = BrowserWindow.getFocusedWindow();
  const chosen = await (parent ? dialog.showOpenDialog(parent, options) : dialog.showOpenDialog(options));
  return chosen.canceled ? [] : chosen.filePaths;
}

/** Asks whether work may be interrupted; `parent` is needed on macOS, where only attached boxes can be withdrawn. */
export async function askToQuit(
  names: readonly string[],
  signal: AbortSignal,
  parent: BrowserWindow | undefined,
): Promise<boolean> {
  const options = {
    type: 'question' as const,
    title: 'Quit Belfry?',
    message: names.length === 1 ? `${names[0]} is running` : `${names.length} jobs are running`,
    detail: `${names.length > 1 ? `${names.join(', ')}. ` : ''}They get a few seconds to end. Belfry quits in ${dialogTimeoutMillis / 1000} seconds if you do not answer.`,
    buttons: ['Quit', 'Stay'],
    defaultId: 1,
    cancelId: 1,
    signal,
  };
  const { response } = await (parent
    ? dialog.showMessageBox(parent, options)
    : dialog.showMessageBox(options));
  // Whoever destroys the parent window inside the box's own call-back crashes GTK (seen with Electron 25).
  await new Promise((resolve) => setTimeout(resolve, 100));
  return response === 0;
}

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
