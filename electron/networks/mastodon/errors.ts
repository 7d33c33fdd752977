import { z } from 'zod';
import { BelfryError, type ErrorCode, type Millis, serverProblem } from '../../../shared/index.ts';
import type { Refusal, RefusalClass } from '../adapter.ts';
import { type Answer, type HttpAnswer, type HttpResult, rateLimitedUntil } from '../http.ts';
import { ServerMoved, saidBy } from '../sign-in.ts';

/** A server's own words, for the user to read; never used to decide (they are translated, networks.md §1.9). */
export function wordsOf(answer: HttpAnswer): string {
  const { json } = answer;
  const said =
    typeof json === 'object' && json !== null
      ? 'error' in json && typeof json.error === 'string'
        ? json.error
        : 'message' in json && typeof json.message === 'string'
          ? json.message
          : ''
      : '';
  return `The server answered ${answer.status}${said ? `: ${said.slice(0, 500)}` : ''}`;
}

/** What a failed request that changes nothing visible asks for. */
export function refusalOfRead(
  result: HttpResult,
  now: Millis,
  forbidden: 'reauthorize' | 'edit' = 'reauthorize',
): Refusal {
  if (result.kind === 'none') {
    return {
      class: 'retry',
      code: 'NETWORK_UNREACHABLE',
      why: `The server could not be reached: ${result.why}`,
      notBefore: null,
      ...(result.sent === 'no' ? { holds: 'offline' } : {}),
    };
  }
  const { status } = result;
  if (status >= 500 || status === 408 || status === 425 || status === 429 || status === 200)
    return refusal('retry', result, rateLimitedUntil(result.headers, now));
  if (status === 401) return refusal('reauthorize', result);
  if (status === 403) return refusal(forbidden, result);
  if (status >= 300 && status < 400) return refusal('person', result);
  return refusal('edit', result);
}

/** A refusal of this class in the server's words. */
export function refusal(kind: RefusalClass, answer: HttpAnswer, notBefore: Millis | null = null): Refusal {
  return {
    class: kind,
    code: kind === 'reauthorize' ? 'SIGN_IN_NEEDED' : 'NETWORK_REFUSED',
    why: wordsOf(answer),
    notBefore,
    ...(answer.status === 429 ? { holds: 'rate-limit' } : {}),
  };
}

const errorSchema = z.object({
  error: z.string(),
  error_description: z.string().optional().catch(undefined),
});

/** The error of an answer in its own words; undefined when it has none. */
export function errorText(json: unknown, secrets: readonly string[]): string | undefined {
  const body = errorSchema.safeParse(json);
  if (!body.success) return undefined;
  const { error, error_description } = body.data;
  return saidBy(error_description ? `${error}: ${error_description}` : error, secrets);
}

/** OAuth's word for what is wrong (RFC 6749 §5.2), such as `invalid_grant`. */
export function oauthError(json: unknown): string | undefined {
  return errorSchema.safeParse(json).data?.error;
}

/** How an answer was refused, in words. */
export function whyRefused(answer: Answer, secrets: readonly string[]): string {
  const said = errorText(answer.json, secrets);
  return said ? `The server said "${said}" (HTTP ${answer.status})` : `It answered HTTP ${answer.status}`;
}

/** What an unusable answer means when it says nothing about a token: the server is busy, elsewhere, or another kind of server. */
export function unusable(server: string, answer: Answer, secrets: readonly string[]): BelfryError {
  const why = whyRefused(answer, secrets);
  if (answer.status >= 300 && answer.status < 400) {
    const moved = answer.location === null ? null : otherOrigin(answer.location, server);
    if (moved !== null && saidBy(moved, secrets) === moved) return new ServerMoved(server, moved);
    const to = answer.location ? ` to ${saidBy(bare(answer.location), secrets)}` : '';
    const remedy = 'Give the address that the server itself uses';
    return refused(
      'NETWORK_REFUSED',
      'The server sends requests elsewhere',
      server,
      `It redirects${to}`,
      remedy,
    );
  }
  if (answer.status === 429 || answer.status >= 500) {
    const remedy = 'Try again in some minutes';
    return refused('NETWORK_REFUSED', 'The server cannot answer now', server, why, remedy);
  }
  const remedy = 'Check that the address is that of a Mastodon-compatible server';
  return refused('NETWORK_REFUSED', 'The server does not know this request', server, why, remedy);
}

/** Origin of another server that requests may be sent to; null for one's own, and for what is no such address. */
function otherOrigin(location: string, server: string): string | null {
  if (!URL.canParse(location, server)) return null;
  const { protocol, origin } = new URL(location, server);
  return /^https?:$/.test(protocol) && origin !== server && serverProblem(origin) === null ? origin : null;
}

export function refused(
  code: ErrorCode,
  what: string,
  where: string,
  why: string,
  remedy: string,
): BelfryError {
  return new BelfryError({ code, what, where, why, remedy });
}

/** An address without its query, which may hold what we sent. */
function bare(location: string): string {
  return location.replace(/[?#].*$/s, '');
}
