import { BelfryError, type ErrorCode } from '../../shared/index.ts';

/** An answer of the HTTP door that is not the engine's: a status, the error, extra headers. */
export type Refusal = { status: number; error: BelfryError; headers?: Record<string, string> };

function refusal(
  status: number,
  code: ErrorCode,
  [what, why, remedy]: readonly [string, string, string],
  headers?: Record<string, string>,
): Refusal {
  const error = new BelfryError({ code, what, where: 'at the HTTP door', why, remedy });
  return headers ? { status, error, headers } : { status, error };
}

const openLink = 'Run `belfry link` and open the link that it prints';

/** The refusals of the HTTP door, one name each; nothing in them comes from the request. */
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
    'The page was not opened by a fresh link, was not used for a week, or the engine was restarted since',
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
  tooLarge: refusal(
    413,
    'TOO_LARGE',
    ['The body is too large', 'At most 1 MiB is read', 'Send less at once'],
    { connection: 'close' },
  ),
  tooMany: refusal(503, 'CONFLICT', [
    'There are too many open event streams',
    'At most 16 windows can listen at once',
    'Close a window',
  ]),
  notThere: refusal(404, 'NOT_FOUND', [
    'There is nothing',
    'The path is not known; when this is the first page, the window was not built',
    'Open the first page, or run `npm run build`',
  ]),
} as const;

/** 405 with the methods that the path takes. */
export function wrongMethod(allowed: readonly string[]): Refusal {
  return refusal(
    405,
    'NOT_ALLOWED',
    ['The method is not allowed', `The path takes ${allowed.join(', ')}`, 'Use one of these'],
    { allow: allowed.join(', ') },
  );
}
