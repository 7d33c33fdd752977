import { z } from 'zod';
import type { Millis } from '../../shared/index.ts';

/** How an account's token came about and is renewed: OAuth of the Mastodon family, or one of Meta's two log-ins. */
export const credentialKinds = ['oauth', 'instagram', 'facebook'] as const;
export type CredentialKind = (typeof credentialKinds)[number];

/** An OAuth client: its id is public, its secret is not. */
export const clientSchema = z.strictObject({ id: z.string(), secret: z.string() });
export type Client = z.infer<typeof clientSchema>;

/** What lets Belfry act for an account. Instants are milliseconds. Whole in itself: renewing needs nothing else. */
export const credentialSchema = z.strictObject({
  token: z.string().min(1),
  /** Origin of the server that it was given for, and the only one that it is sent to; null in records of older versions. */
  origin: z.string().nullable().default(null),
  kind: z.enum(credentialKinds).default('oauth'),
  refreshToken: z.string().min(1).nullable().default(null),
  /** null = no date of expiry is known. */
  expiresAt: z.number().nullable().default(null),
  obtainedAt: z.number().nullable().default(null),
  /** The client that the token was given to; null for a pasted one. */
  client: clientSchema.nullable().default(null),
  /** A renewal was asked for then, and its outcome is not stored. */
  renewingSince: z.number().nullable().default(null),
  /** Why the network will not renew it, as a sentence. */
  renewalRefused: z.string().nullable().default(null),
});
export type Credential = z.output<typeof credentialSchema>;

/** A credential with nothing but the token known, unless more is said. */
export function credential(some: Partial<Credential> & { token: string }): Credential {
  return { ...credentialSchema.parse({ token: some.token }), ...some };
}

const lastInstant = Date.UTC(9999, 0);

/** The instant some seconds after another; null = none, as for servers that say a thousand centuries for "never". */
export function endAfter(at: Millis, seconds: number | undefined): Millis | null {
  const end = at + (seconds ?? Number.POSITIVE_INFINITY) * 1000;
  return end < lastInstant ? end : null;
}

/** Everything in a credential that must never be shown. */
export function secretsOf({ token, refreshToken, client }: Credential): string[] {
  return [token, refreshToken, client?.secret ?? null].filter((text) => text !== null);
}
