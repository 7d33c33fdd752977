import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { app, ipcMain, protocol, session, type WebContents, type WebFrameMain } from 'electron';
import { BelfryError, type Bridge, type Envelope, type Log, withNonce } from '../../shared/index.ts';
import type { MediaReplies } from '../api/index.ts';
import { channels } from './channels.ts';
import { fileOfRequest, headersFor, isOurPage, mediaTarget } from './page-files.ts';

/** Makes `belfry:` a scheme with an origin of its own; must be called before the application is ready. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: 'belfry',
      privileges: { standard: true, secure: true, codeCache: true, supportFetchAPI: true },
    },
  ]);
}

/** Serves the files of `folder` and media at belfry://app/, and nothing else. */
export function servePage(folder: string, media: MediaReplies): void {
  protocol.handle('belfry', async (request) => {
    const target = mediaTarget(request.url);
    if (target !== null) return replyOf(media, request, target);
    const file = fileOfRequest(request.method, request.url);
    const body = file === null ? undefined : await read(join(folder, file));
    if (file === null || body === undefined) return new Response('Not found', { status: 404 });
    if (file !== 'index.html') return new Response(new Uint8Array(body), { headers: headersFor(file) });
    const nonce = randomBytes(16).toString('base64url');
    return new Response(withNonce(body, nonce), { headers: headersFor(file, nonce) });
  });
}

async function replyOf(media: MediaReplies, request: Request, target: string): Promise<Response> {
  const { status, headers, body } = await media({
    method: request.method,
    target,
    header: (name) => request.headers.get(name) ?? undefined,
    body: request.body ?? emptyBody(),
    signal: request.signal,
  });
  return new Response(body, { status, headers });
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {}

async function read(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

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

/**
 * The parts of Electron's security checklist that hold for every page: no permissions, no navigation away, no new windows,
 * no embedded views. Addresses for the browser go through the call `shell.open`.
 */
export function restrictWebContents(log: Log): void {
  session.defaultSession.setPermissionRequestHandler((_contents, permission, answer) => {
    log('warn', 'A permission was refused to the window', { permission });
    answer(false);
  });
  session.defaultSession.setPermissionCheckHandler(() => false);
  session.defaultSession.setDevicePermissionHandler(() => false);
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event, url) => {
      if (!isOurPage(url)) event.preventDefault();
    });
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
}
