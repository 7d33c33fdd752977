import { z } from 'zod';
import { BelfryError } from '../../../../shared/index.ts';
import { askJson, type RequestNeeds } from '../../request.ts';
import { errorText, refused } from './refusal.ts';

/** What publishing and looking up need (networks.md §1.2). */
const rights = ['read:statuses', 'write:statuses', 'write:media'] as const;
type Right = (typeof rights)[number];

const scopeList = z.union([z.array(z.string()), z.string().transform((text) => text.split(/[\s,]+/))]);
/** Doorkeeper's word on the token that asks (`GET /oauth/token/info`); Mastodon has it, most others do not. */
const tokenInfoSchema = z.object({ scope: scopeList });

/** A token to be checked: whose it is, where, and what its server said when it gave it. */
export type Checked = { server: string; token: string; remoteId: string; told?: string | undefined };

/**
 * Throws SIGN_IN_NEEDED when the token lacks a right: by what the server said when it gave it, by its word on the token,
 * else by asking for what needs that right and changes nothing. A server that tells in none of these ways is believed.
 */
export async function demandRights(
  needs: RequestNeeds,
  checked: Checked,
  signal?: AbortSignal,
): Promise<void> {
  const { server, token, told } = checked;
  const missing =
    missingOf(scopeList.safeParse(told).data) ??
    missingOf(await tokenInfo(needs, server, token, signal)) ??
    (await missingByTrying(needs, checked, signal));
  if (missing.length === 0) return;
  throw refused(
    'SIGN_IN_NEEDED',
    'The token does not have every right that Belfry needs',
    server,
    `Missing: ${missing.join(', ')}`,
    `Sign in again, or make a token with ${rights.join(', ')} and add the account with it`,
  );
}

/** The rights that scopes leave out; undefined when they are not told, or not in Mastodon's words. */
function missingOf(scopes: readonly string[] | undefined): Right[] | undefined {
  const words = (scopes ?? []).filter((word) => word !== '');
  if (words.length === 0 || !words.every((word) => /^(read|write|follow|push|profile|admin)\b/.test(word)))
    return undefined;
  return rights.filter((right) => !words.includes(right) && !words.includes(right.replace(/:.*/, '')));
}

async function tokenInfo(
  needs: RequestNeeds,
  server: string,
  token: string,
  signal: AbortSignal | undefined,
): Promise<string[] | undefined> {
  const answer = await quietly(askJson(needs, { url: `${server}/oauth/token/info`, token, signal }));
  return answer?.status === 200 ? tokenInfoSchema.safeParse(answer.json).data?.scope : undefined;
}

/** A list of the account, and changes to a post and a file that do not exist: 404 where they are allowed, 403 where not. */
async function missingByTrying(
  needs: RequestNeeds,
  { server, token, remoteId }: Checked,
  signal: AbortSignal | undefined,
): Promise<Right[]> {
  const api = `${server}/api/v1`;
  const tries: Record<Right, { url: string; method?: 'PUT' }> = {
    'read:statuses': { url: `${api}/accounts/${encodeURIComponent(remoteId)}/statuses` },
    'write:statuses': { url: `${api}/statuses/0`, method: 'PUT' },
    'write:media': { url: `${api}/media/0`, method: 'PUT' },
  };
  const missing: Right[] = [];
  for (const right of rights) {
    const answer = await quietly(askJson(needs, { ...tries[right], token, signal }));
    // A page of a proxy says nothing about the token.
    if (answer?.status === 403 && errorText(answer.json, [token]) !== undefined) missing.push(right);
  }
  return missing;
}

/** What could not be asked is not told. */
function quietly<T>(asked: Promise<T>): Promise<T | undefined> {
  return asked.catch((error: unknown) => {
    if (error instanceof BelfryError) return undefined;
    throw error;
  });
}
