import { z } from 'zod';
import { BelfryError, masking } from '../../../../shared/index.ts';
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
  // A name is shown and stored in the clear, so one that holds the token is none.
  const shown = `${id} ${username}`;
  if (masking([token]).text(shown) !== shown) throw unusable(server, answer, [token]);
  return { remoteId: id, username, handle: `@${printable(username)}@${new URL(server).host}` };
}

/** The same with the handle that others know the account by: of the server's account domain, which may not be its own name. */
export async function ownerByName(
  needs: RequestNeeds,
  server: string,
  token: string,
  signal?: AbortSignal,
): Promise<Owner> {
  const owner = await verifyMastodon(needs, server, token, signal);
  const domain = await accountDomain(needs, server, signal);
  return domain === undefined ? owner : { ...owner, handle: `@${printable(owner.username)}@${domain}` };
}

const host = z.string().regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/i);
const instanceSchema = z.object({
  /** GoToSocial's word for it. */
  account_domain: host.optional().catch(undefined),
  /** Mastodon's LOCAL_DOMAIN: in `domain` of version 2, in `uri` of version 1. */
  domain: host.optional().catch(undefined),
  uri: host.optional().catch(undefined),
});

/** Domain of the handles of a server, by its own word (networks.md §1.4); undefined when it does not tell. Needs no token. */
async function accountDomain(
  needs: RequestNeeds,
  server: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  for (const version of ['v2', 'v1']) {
    const url = `${server}/api/${version}/instance`;
    const answer = await askJson(needs, { url, signal }).catch((error: unknown) => {
      if (error instanceof BelfryError) return undefined; // A handle is for people; the sign-in does not fail for it.
      throw error;
    });
    if (answer === undefined) return undefined;
    const told = answer.status === 200 ? instanceSchema.safeParse(answer.json).data : undefined;
    const domain = told?.account_domain ?? told?.domain ?? told?.uri;
    if (domain !== undefined) return domain.toLowerCase();
  }
  return undefined;
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
