import { z } from 'zod';
import { BelfryError, type ErrorCode, serverProblem } from '../../../../shared/index.ts';
import { ServerMoved } from '../../errors.ts';
import type { Answer } from '../../request.ts';
import { saidBy } from '../words.ts';

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
