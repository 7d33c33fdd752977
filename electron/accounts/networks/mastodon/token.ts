import { z } from 'zod';
import { type BelfryError, secretText } from '../../../../shared/index.ts';
import { type Client, type Credential, credential, endAfter } from '../../credential.ts';
import { type Answer, askJson, type RequestNeeds } from '../../request.ts';
import { oauthError, refused, unusable, whyRefused } from './refusal.ts';

/** RFC 6749 §5.1; Mastodon's has no end and no refresh token, Pixelfed's and some others' have both. */
const tokenSchema = z.object({
  access_token: secretText,
  expires_in: z.coerce.number().positive().optional().catch(undefined),
  refresh_token: secretText.optional().catch(undefined),
  scope: z.string().optional().catch(undefined),
});

/** Asks for a token with `grant` (the code, or a refresh token); `scope` is what the server says it may do. Throws SIGN_IN_NEEDED when that is refused, else NETWORK_*. */
export async function requestToken(
  needs: RequestNeeds,
  server: string,
  client: Client,
  grant: Record<string, string>,
  signal?: AbortSignal,
): Promise<{ credential: Credential; scope: string | undefined }> {
  // Counted from before the question: an end that comes a little early does no harm.
  const askedAt = needs.clock.now();
  const form: Record<string, string> = { ...grant, client_id: client.id, client_secret: client.secret };
  const answer = await askJson(needs, { url: `${server}/oauth/token`, form, signal });
  const token = answer.status === 200 ? tokenSchema.safeParse(answer.json) : undefined;
  if (!token?.success)
    throw refusal(
      server,
      answer,
      secretNames.map((name) => form[name] ?? ''),
    );
  const given = credential({
    token: token.data.access_token,
    refreshToken: token.data.refresh_token ?? grant['refresh_token'] ?? null,
    expiresAt: endAfter(askedAt, token.data.expires_in),
    obtainedAt: askedAt,
    client,
  });
  return { credential: given, scope: token.data.scope };
}

const secretNames = ['code', 'code_verifier', 'refresh_token', 'client_secret'] as const;
const final = ['invalid_grant', 'invalid_client', 'unauthorized_client', 'access_denied', 'invalid_request'];

function refusal(server: string, answer: Answer, secrets: readonly string[]): BelfryError {
  const named = oauthError(answer.json) ?? '';
  if (answer.status === 401 || (answer.status < 500 && final.includes(named))) {
    const why = whyRefused(answer, secrets);
    return refused('SIGN_IN_NEEDED', 'The server does not take the sign-in', server, why, 'Sign in again');
  }
  return unusable(server, answer, secrets);
}
