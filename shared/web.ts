const mebibyte = 1024 * 1024;

/**
 * What the clients and servers of the engine's HTTP interface must agree on (design §8). The window speaks it over a loopback
 * port, the command line over the local socket.
 * - `POST call` with `{ "name", "input" }` gives the envelope of the call.
 * - `GET events` never ends: one announcement as JSON per line; an empty line is a heartbeat.
 * - `GET alive` answers with an empty envelope at once.
 * On the loopback port, all of these take the token header besides:
 * - The printed link is `http://127.0.0.1:PORT/#code=CODE`; CODE is for one use and expires.
 * - `POST session` with `{ "code": CODE }` gives an envelope of `{ token }`; the page keeps it in sessionStorage.
 * - `GET thumbnail?path=PATH&width=WIDTH` gives the picture; 204 when the file has none, 304 for a tag in `If-None-Match`.
 * - `POST upload?name=NAME` with a file as its body gives an envelope of what was stored.
 * The page protocol of the desktop host answers these two as well, without a token.
 * Refusals are envelopes too; 401 means that the token is unknown or its session has ended: a fresh link is needed.
 */
export const web = {
  paths: {
    session: '/api/session',
    call: '/api/call',
    events: '/api/events',
    alive: '/api/alive',
    thumbnail: '/media/thumbnail',
    upload: '/media/upload',
  },
  tokenHeader: 'x-belfry-token',
  codeParameter: 'code',
  /** A page that hears nothing for three of these has lost the engine. */
  heartbeatMs: 15_000,
  /** Largest body of a call. Media go by path, so this is a very long thread, or an import of many posts. */
  bodyLimitBytes: { loopback: mebibyte, socket: 8 * mebibyte },
} as const;
