import { BrowserWindow, dialog, shell } from 'electron';

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
