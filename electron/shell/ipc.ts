import { ipcMain, type WebContents, type WebFrameMain } from 'electron';
import { BelfryError, type Bridge, type Envelope } from '../../shared/index.ts';
import { channels } from './channels.ts';
import { isOurPage } from './page-files.ts';

/** Answers the window's calls and passes announcements on; `receivers` are the windows that are open now. */
export function serveWindows(engine: Bridge, receivers: () => readonly WebContents[]): void {
  ipcMain.handle(channels.call, (event, name: unknown, input: unknown): Promise<Envelope<unknown>> => {
    if (!isTrusted(event.senderFrame)) return Promise.resolve(refusal(event.senderFrame?.url));
    return engine.call(String(name), input);
  });
  engine.subscribe((announcement) => {
    for (const receiver of receivers()) {
      if (!receiver.isDestroyed()) receiver.send(channels.announcement, announcement);
    }
  });
}

/** Only the top frame of our own page may ask for anything. */
function isTrusted(frame: WebFrameMain | null): boolean {
  return frame !== null && frame.parent === null && isOurPage(frame.url);
}

function refusal(url: string | undefined): Envelope<never> {
  const error = new BelfryError({
    code: 'NOT_ALLOWED',
    what: 'This page may not call Belfry',
    where: url ?? 'in a frame that is gone',
    why: 'Only the window of Belfry itself may',
    remedy: 'Open the window from the tray',
  });
  return { ok: false, error: error.toWire() };
}
