import { BelfryError, type ErrorCode, pagePolicy } from '../../shared/index.ts';

/** Header values by lower-case name, every occurrence kept (Node's `headersDistinct`). */
type Headers = Record<string, string[] | undefined>;

/**
 * Refuses a request whose Host is not exactly a loopback address with our port (DNS rebinding),
 * or whose Origin is there and not exactly that host (another site's page).
 */
export function refuseAddress(headers: Headers, port: number): Refusal | undefined {
  const host = only(headers['host']);
  if (host === undefined || !ownHosts(port).includes(host)) return refusals.wrongHost;
  const origins = headers['origin'];
  if (origins !== undefined && only(origins) !== `http://${host}`) return refusals.wrongOrigin;
  return undefined;
}

/** Refuses a body that is not declared as JSON: a form of another site cannot declare that without asking first. */
export function refuseType(headers: Headers): Refusal | undefined {
  const type = only(headers['content-type'])?.split(';')[0]?.trim().toLowerCase();
  return type === 'application/json' ? undefined : refusals.notJson;
}

/** The value of a header that occurs exactly once. */
export function only(values: string[] | undefined): string | undefined {
  return values?.length === 1 ? values[0] : undefined;
}

/** The path of a request target, or undefined for anything but a plain absolute path. */
export function pathOf(target: string | undefined): string | undefined {
  const [raw = ''] = (target ?? '').split(/[?#]/);
  if (!raw.startsWith('/') || raw.includes('\\')) return undefined;
  try {
    return decodeURIComponent(raw);
  } catch {
    return undefined; // Broken percent-encoding names nothing.
  }
}

function ownHosts(port: number): string[] {
  const names = ['127.0.0.1', '[::1]', 'localhost'];
  const withPort = names.map((name) => `${name}:${port}`);
  return port === 80 ? [...withPort, ...names] : withPort;
}

/** Sent with every answer; the page may load and reach nothing but its own address. */
export const securityHeaders: Record<string, string> = {
  'content-security-policy': pagePolicy(),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), payment=()',
};

/** An answer of the HTTP server itself, not of the engine: a status, the error, extra headers. */
export type Refusal = { status: number; error: BelfryError; headers?: Record<string, string> };

function refusal(
  status: number,
  code: ErrorCode,
  [what, why, remedy]: readonly [string, string, string],
  headers?: Record<string, string>,
): Refusal {
  const error = new BelfryError({ code, what, where: 'at the HTTP server', why, remedy });
  return headers ? { status, error, headers } : { status, error };
}

const openLink = 'Run `belfry link` and open the link that it prints';

/** The refusals of the HTTP server; nothing in them comes from the request. */
export const refusals = {
  wrongHost: refusal(421, 'NOT_ALLOWED', [
    'The request is for another host',
    'Only the exact loopback address and port are answered, so that no web site can pose as this page',
    openLink,
  ]),
  wrongOrigin: refusal(403, 'NOT_ALLOWED', [
    'The request comes from another site',
    'Only the page of this very address may call the engine',
    openLink,
  ]),
  noToken: refusal(401, 'NOT_ALLOWED', [
    'The token is missing or unknown',
    'The page was not opened by a fresh link, was not used for a week, or its session was ended',
    openLink,
  ]),
  badCode: refusal(403, 'NOT_ALLOWED', [
    'The code of the link is not valid',
    'A code is for one use and expires after ten minutes',
    openLink,
  ]),
  notJson: refusal(415, 'BAD_INPUT', [
    'The body is not declared as JSON',
    'The content type must be application/json',
    'Send that header',
  ]),
  badJson: refusal(400, 'BAD_INPUT', [
    'The body is not JSON of the right form',
    'It must be one object with the keys that the path asks for',
    'Correct the body',
  ]),
  notUtf8: refusal(400, 'BAD_INPUT', [
    'The body is not UTF-8',
    'JSON over HTTP is UTF-8, whatever the charset of the header says',
    'Encode the body as UTF-8',
  ]),
  answerTooLong: refusal(413, 'TOO_LARGE', [
    'The answer is too long',
    'It does not fit into one text of 512 MiB',
    'Ask for less at once, with a smaller --limit',
  ]),
  pipelined: refusal(
    503,
    'CONFLICT',
    [
      'There are too many requests at once',
      'A connection may have 32 that wait for the one before them',
      'Wait for answers before you send more',
    ],
    { connection: 'close' },
  ),
  notThere: refusal(404, 'NOT_FOUND', [
    'There is nothing',
    'The path is not known; when this is the first page, the window was not built',
    'Open the first page, or run `npm run build`',
  ]),
} as const;

/** 503 for a client that wants to hear announcements besides as many others as may. */
export function tooManyStreams(most: number): Refusal {
  return refusal(503, 'CONFLICT', [
    'There are too many open event streams',
    `At most ${most} clients can listen here at once`,
    'Close a window, or end a command that follows',
  ]);
}

/** 405 with the methods that the path takes. */
export function wrongMethod(allowed: readonly string[]): Refusal {
  return refusal(
    405,
    'NOT_ALLOWED',
    ['The method is not allowed', `The path takes ${allowed.join(', ')}`, 'Use one of these'],
    { allow: allowed.join(', ') },
  );
}

/** 413 with the limit; the rest of the body is not waited for. */
export function tooLarge(limitBytes: number): Refusal {
  return refusal(
    413,
    'TOO_LARGE',
    ['The body is too large', `At most ${limitBytes / 1024 ** 2} MiB are read`, 'Send less at once'],
    { connection: 'close' },
  );
}
