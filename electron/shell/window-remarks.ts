import type { BrowserWindow } from 'electron';

/** Shows remarks about this Belfry (an old runtime, a desktop without a tray) in the title and in a corner of the page. */
export function showRemarks(window: BrowserWindow, remarks: () => readonly string[]): { renew(): void } {
  let title = window.getTitle();
  let inserted: Promise<string> | undefined;
  const setTitle = () => window.setTitle([title, ...remarks()].join(' – '));
  const setCorner = async () => {
    // Styles from here are not subject to the page's policy.
    const { webContents } = window;
    const before = await inserted;
    if (before !== undefined) await webContents.removeInsertedCSS(before);
    if (remarks().length > 0) inserted = webContents.insertCSS(cornerStyle(remarks().join(' · ')));
  };
  window.on('page-title-updated', (event, pageTitle) => {
    event.preventDefault();
    title = pageTitle;
    setTitle();
  });
  window.webContents.on('did-finish-load', () => {
    inserted = undefined;
    void setCorner();
  });
  setTitle();
  return {
    renew() {
      setTitle();
      if (!window.webContents.isLoading()) void setCorner();
    },
  };
}

function cornerStyle(text: string): string {
  return `body::after { content: ${JSON.stringify(text)}; position: fixed; right: 0; bottom: 0; z-index: 9999; padding: 2px 8px;
    font: 11px system-ui; color: #fff; background: #8a3b12; border-top-left-radius: 6px; pointer-events: none; }`;
}
