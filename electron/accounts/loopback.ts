import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock, Log } from '../../shared/index.ts';
import type { RedirectWish } from '../networks/index.ts';
import { portTaken } from './errors.ts';

/** How a sign-in ended, for the page. */
export type Outcome = { ok: boolean; title: string; text: string };

/** Waits on this machine for the browser's answer. */
type Loopback = {
  /** `http://127.0.0.1:PORT/cb` */
  address: string;
  close(): void;
};

const donePath = '/done';

/**
 * Listens on 127.0.0.1 only (RFC 8252 §8.3). `take` gets the query of every call of the redirect's path and says how it
 * ended, or undefined for one that is none of ours, which changes nothing. Throws what listening throws.
 */
export async function openLoopback(
  wanted: Extract<RedirectWish, { mode: 'loopback' }>,
  take: (query: URLSearchParams) => Promise<Outcome | undefined>,
  log: Log,
): Promise<Loopback> {
  let outcome: Outcome | undefined;
  const show = (response: ServerResponse, status: number, page: Outcome): void => {
    response.writeHead(status, pageHeaders).end(resultPage(page));
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // A page in the browser that names this port by another host (DNS rebinding) is a stranger.
    if (request.headers.host !== new URL(address).host) return show(response, 421, unknownVisit);
    if (request.method !== 'GET') return show(response, 405, unknownVisit);
    // The user's browser comes here as a whole page; what another site's page loads (a picture, a frame) does not.
    const loadedAs = request.headers['sec-fetch-dest'];
    if (loadedAs !== undefined && loadedAs !== 'document') return show(response, 400, unknownVisit);
    const asked = request.url ?? '/';
    if (!URL.canParse(asked, address)) return show(response, 400, unknownVisit);
    const url = new URL(asked, address);
    if (url.pathname === donePath && outcome) return show(response, 200, outcome);
    if (url.pathname !== wanted.path) return show(response, 404, unknownVisit);
    const taken = await take(url.searchParams);
    if (taken === undefined) return show(response, 400, unknownVisit);
    outcome = taken;
    // The code leaves the address bar and the history's last entry.
    response.writeHead(303, { ...pageHeaders, location: donePath }).end();
  };
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      log('error', 'The answer of a browser to a sign-in could not be taken', { error: String(error) });
      if (response.headersSent) response.destroy();
      else show(response, 500, broken);
    });
  });
  server.maxConnections = 20;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: wanted.port, exclusive: true }, resolve);
  });
  // An unfinished sign-in keeps no process alive.
  server.unref();
  const { port } = server.address() as AddressInfo;
  const address = `http://${wanted.host}:${port}${wanted.path}`;
  return {
    address,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const unknownVisit: Outcome = {
  ok: false,
  title: 'This is not for Belfry',
  text: 'The address does not belong to a sign-in that Belfry began. If you were signing in, begin again there.',
};
const broken: Outcome = {
  ok: false,
  title: 'Something went wrong',
  text: 'Look at the accounts in Belfry, and begin again.',
};

/** Long enough for the browser to follow to the page with the result. */
const lingerMs = 5000;

type Listener = { address: string; close(): void; closeSoon(): void };

/** Listens where the answer is wanted, at another port when that one is taken and may differ. Throws PORT_IN_USE. */
export async function listenFor(
  wanted: RedirectWish,
  take: (query: URLSearchParams) => Promise<Outcome | undefined>,
  { clock, log }: { clock: Clock; log: Log },
): Promise<Listener | undefined> {
  if (wanted.mode === 'code') return undefined;
  const { address, close } = await openLoopback(wanted, take, log).catch((error: unknown) => {
    if (wanted.fixed) throw portTaken(`http://${wanted.host}:${wanted.port}${wanted.path}`, error);
    return openLoopback({ ...wanted, port: 0 }, take, log).catch((again: unknown) => {
      throw portTaken('http://127.0.0.1', again);
    });
  });
  return { address, close, closeSoon: () => void clock.setTimer(lingerMs, close) };
}

/** The small page that the browser ends at. */
export function resultPage(of: { ok: boolean; title: string; text: string }): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${html(of.title)} – Belfry</title>
<style>body{font:17px/1.5 system-ui,sans-serif;color-scheme:light dark;max-width:34rem;margin:18vh auto 0;padding:0 1.5rem}
h1{font-size:1.4rem;margin:0 0 .5rem}p{margin:.4rem 0;overflow-wrap:anywhere}</style>
<h1>${of.ok ? '✓ ' : ''}${html(of.title)}</h1><p>${html(of.text)}</p><p>You can close this page.</p></html>`;
}

/** Headers of every answer of the listener: nothing is kept, loaded, framed or passed on. */
const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  connection: 'close',
};

function html(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
