import { z } from 'zod';
import { BelfryError, type ErrorCode } from '../../shared/index.ts';
import { type Answer, getJson, type RequestNeeds } from './request.ts';

/** Who a token belongs to. `handle` is `@name@server`. */
export type Owner = { remoteId: string; username: string; handle: string };

const ownerSchema = z.object({
  id: z.union([z.string().min(1).max(256), z.int().transform(String)]),
  username: z.string().min(1).max(256),
});
const errorSchema = z.object({
  error: z.string(),
  error_description: z.string().optional().catch(undefined),
});

/**
 * Asks a Mastodon-compatible server whose token this is: `GET /api/v1/accounts/verify_credentials` (networks.md §1.3).
 * Throws SIGN_IN_NEEDED when the token is refused, NETWORK_REFUSED or NETWORK_UNREACHABLE when nothing was learned of it.
 */
export async function verifyMastodon(
  needs: RequestNeeds,
  server: string,
  token: string,
  signal?: AbortSignal,
): Promise<Owner> {
  const url = `${server}/api/v1/accounts/verify_credentials`;
  const answer = await getJson(needs, url, token, signal);
  const owner = answer.status === 200 ? ownerSchema.safeParse(answer.json) : undefined;
  if (!owner?.success) throw refusal(server, token, answer);
  const { id, username } = owner.data;
  return { remoteId: id, username, handle: `@${printable(username)}@${new URL(server).host}` };
}

/** What a refusal means; texts are translated by servers, so only the status and the form decide. */
function refusal(server: string, token: string, answer: Answer): BelfryError {
  const said = errorText(answer.json, token);
  const why = said
    ? `The server said "${said}" (HTTP ${answer.status})`
    : `It answered HTTP ${answer.status}`;
  const refused = (code: ErrorCode, what: string, reason: string, remedy: string) =>
    new BelfryError({ code, what, where: server, why: reason, remedy });

  if (answer.status === 401 || ((answer.status === 403 || answer.status === 422) && said)) {
    const remedy = 'Make a new access token on the server and add the account again';
    return refused('SIGN_IN_NEEDED', 'The server refuses the access token', why, remedy);
  }
  if (answer.status >= 300 && answer.status < 400) {
    const to = answer.location ? ` to ${printable(answer.location).slice(0, 200)}` : '';
    const remedy = 'Give the address that the server itself uses';
    return refused('NETWORK_REFUSED', 'The server sends requests elsewhere', `It redirects${to}`, remedy);
  }
  if (answer.status === 429 || answer.status >= 500) {
    return refused('NETWORK_REFUSED', 'The server cannot answer now', why, 'Try again in some minutes');
  }
  const remedy = 'Check that the address is that of a Mastodon-compatible server';
  return refused('NETWORK_REFUSED', 'The server does not know this request', why, remedy);
}

/** A server's own words, short, on one line, and never with the token in them. */
function errorText(json: unknown, token: string): string | undefined {
  const body = errorSchema.safeParse(json);
  if (!body.success) return undefined;
  const { error, error_description } = body.data;
  const text = error_description ? `${error}: ${error_description}` : error;
  return printable(text.replaceAll(token, '…')).slice(0, 200);
}

function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
}
