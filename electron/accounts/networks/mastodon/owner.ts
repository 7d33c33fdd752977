import { z } from 'zod';
import { type Answer, askJson, type RequestNeeds } from '../../request.ts';
import type { Owner } from '../door.ts';
import { printable } from '../words.ts';
import { errorText, refused, unusable, whyRefused } from './refusal.ts';

const ownerSchema = z.object({
  id: z.union([z.string().min(1).max(256), z.int().transform(String)]),
  username: z.string().min(1).max(256),
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
  const answer = await askJson(needs, { url, token, signal });
  const owner = answer.status === 200 ? ownerSchema.safeParse(answer.json) : undefined;
  if (!owner?.success) throw refusal(server, token, answer);
  const { id, username } = owner.data;
  return { remoteId: id, username, handle: `@${printable(username)}@${new URL(server).host}` };
}

/** What a refusal means; texts are translated by servers, so only the status and the form decide. */
function refusal(server: string, token: string, answer: Answer) {
  const said = errorText(answer.json, [token]) !== undefined;
  if (answer.status === 401 || ((answer.status === 403 || answer.status === 422) && said)) {
    const why = whyRefused(answer, [token]);
    const remedy = 'Sign in again, or make a new access token on the server and add the account with it';
    return refused('SIGN_IN_NEEDED', 'The server refuses the access token', server, why, remedy);
  }
  return unusable(server, answer, [token]);
}
