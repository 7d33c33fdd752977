/**
 * What the page and the loopback HTTP server must agree on (design §8).
 * - The printed link is `http://127.0.0.1:PORT/#code=CODE`; CODE is for one use and expires.
 * - `POST session` with `{ "code": CODE }` gives an envelope of `{ token }`; the page keeps it in sessionStorage.
 * - `POST call` with `{ "name", "input" }` and the token header gives the envelope of the call.
 * - `GET events` with the token header never ends: one announcement as JSON per line; an empty line is a heartbeat.
 * Refusals are envelopes too; 401 means that the token is unknown (the engine was restarted): a fresh link is needed.
 */
export const web = {
  paths: { session: '/api/session', call: '/api/call', events: '/api/events' },
  tokenHeader: 'x-belfry-token',
  codeParameter: 'code',
  /** A page that hears nothing for three of these has lost the engine. */
  heartbeatMs: 15_000,
} as const;
