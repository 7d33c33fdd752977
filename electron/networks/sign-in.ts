import { z } from 'zod';
import { BelfryError, type Login, type Millis, masking, type Network } from '../../shared/index.ts';
import type { HttpDeps } from './http.ts';

/** Who a token belongs to. `handle` is how people know the account: `@name@server`, `@name`, or a Page's name. */
export type Owner = { remoteId: string; username: string; handle: string };

/** An account that a sign-in opened, with what lets Belfry act for it. */
export type Candidate = { owner: Owner; credential: Credential };

/** Where the browser is to bring its answer: to this machine (at `port`, 0 = any), or nowhere, so that the user brings it. */
export type RedirectWish =
  | { mode: 'loopback'; host: '127.0.0.1' | 'localhost'; port: number; fixed: boolean; path: string }
  | { mode: 'code' };

/** An OAuth client: its id is public, its secret is not. */
const clientSchema = z.strictObject({ id: z.string(), secret: z.string() });
export type Client = z.infer<typeof clientSchema>;

/** The client of this Belfry, or of its user, on one server. */
export const appSchema = clientSchema.extend({
  origin: z.string(),
  /** As registered; Meta's list of one. */
  redirectUris: z.array(z.string()),
  scopes: z.string(),
});
export type App = z.infer<typeof appSchema>;

/** What a sign-in is about. */
type SignInTarget = {
  network: Network;
  /** Origin of the server. */
  server: string;
  app: App | undefined;
};

/** What a sign-in begins with, once the place for the answer is known. */
export type SignInStart = SignInTarget & {
  /** Address of this machine's listener; null when there is none. */
  listening: string | null;
  state: string;
  /** Another account of this server is signed in: the browser must not use its session silently. */
  another: boolean;
  signal: AbortSignal;
};

/** A sign-in that has begun. */
export type StartedSignIn = {
  /** For the user's browser. */
  url: string;
  /** Whether the answer will come to the listener. */
  mode: 'loopback' | 'code';
  app: App;
  /** The browser's code to accounts. Throws SIGN_IN_NEEDED for a code that is not taken, NETWORK_*. */
  exchange(code: string, signal: AbortSignal): Promise<Candidate[]>;
};

/** One way to sign in, check, renew and revoke tokens. All throw SIGN_IN_NEEDED when the token itself is refused, else NETWORK_*. */
export type SignInProvider = {
  /** Kept with each credential, so never changed. */
  kind: string;
  /** Whose token this is: the accounts that a pasted token opens. */
  open(deps: HttpDeps, ground: SignInTarget, token: string, signal?: AbortSignal): Promise<Candidate[]>;
  /** Whether the token still works, and for whom. */
  owner(
    deps: HttpDeps,
    of: { network: Network; server: string; remoteId: string },
    credential: Credential,
    signal?: AbortSignal,
  ): Promise<Owner>;
  /** Whether the token may do what Belfry needs, as far as its network tells. Throws SIGN_IN_NEEDED when it may not. */
  rights(
    deps: HttpDeps,
    of: { network: Network; server: string; remoteId: string },
    credential: Credential,
    signal?: AbortSignal,
  ): Promise<void>;
  wanted(app: App | undefined): RedirectWish;
  begin(deps: HttpDeps, beginning: SignInStart): Promise<StartedSignIn>;
  /** Throws SIGN_IN_NEEDED when the network will not renew it; the old token may live on. */
  renew?(deps: HttpDeps, server: string, credential: Credential, signal?: AbortSignal): Promise<Credential>;
  /** Makes the token worthless, where only this account uses it. */
  revoke?(deps: HttpDeps, server: string, credential: Credential): Promise<void>;
  /** Left out where tokens cannot be renewed. */
  renewal?: RenewalRule;
  /** Which of Meta's log-ins it is. */
  login?: Login;
};

/** When tokens are renewed. */
export type RenewalRule = {
  isPossible(credential: Credential): boolean;
  /** Younger ones are not renewed by the network. */
  fromAgeMs: Millis;
  /** One without a known end is renewed once, which shows it. */
  tellsEnd: boolean;
  /** One that has ended is not renewed by the network. */
  onlyInForce: boolean;
};

/** What lets Belfry act for an account. Instants are milliseconds. Whole in itself: renewing needs nothing else. */
export const credentialSchema = z.strictObject({
  token: z.string().min(1),
  /** Origin of the server that it was given for, and the only one that it is sent to; null in records of older versions. */
  origin: z.string().nullable().default(null),
  /** Name of the way to sign in that it came by. */
  kind: z.string().min(1).default('oauth'),
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

/** A server sends requests to another origin; what was asked with a token was not sent on. */
export class ServerMoved extends BelfryError {
  /** Origin. */
  readonly to: string;

  constructor(server: string, to: string) {
    super({
      code: 'NETWORK_REFUSED',
      what: 'The server sends requests elsewhere',
      where: server,
      why: `It redirects to ${to}, and a token is sent to no other server than its own`,
      remedy: `If that is its address now, give ${to}`,
    });
    this.to = to;
  }
}

/** A server's own words, short, on one line, and never with a secret in them. */
export function saidBy(text: string, secrets: readonly string[]): string {
  return printable(masking(secrets).text(text)).slice(0, 200);
}

export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Renewed this long before the end, or at half of a shorter life: weeks in which a failed renewal can be tried again. */
const marginMs = 30 * day;
/** From here on the owner is warned of an end that nothing prevents. */
const warnMs = 14 * day;

type Rule = RenewalRule | undefined;

/** Whether to renew it now. */
export function renewalDue(credential: Credential, rule: Rule, now: Millis): boolean {
  if (!rule?.isPossible(credential) || credential.renewalRefused !== null) return false;
  const { expiresAt, obtainedAt } = credential;
  if (obtainedAt !== null && now - obtainedAt < rule.fromAgeMs) return false;
  if (expiresAt === null) return rule.tellsEnd;
  if (rule.onlyInForce && expiresAt <= now) return false;
  const life = obtainedAt === null ? Number.POSITIVE_INFINITY : expiresAt - obtainedAt;
  return expiresAt - now <= Math.min(marginMs, life / 2);
}

/** Whether it is about to end, so that even one request should not begin with it; for tokens that live for hours. */
export function renewalUrgent(credential: Credential, rule: Rule, now: Millis): boolean {
  const { expiresAt } = credential;
  return expiresAt !== null && expiresAt - now <= 2 * minute && renewalDue(credential, rule, now);
}

/** A sentence when the credential works and will end for want of its owner; null when there is nothing to do. */
export function endingSoon(credential: Credential, rule: Rule, now: Millis): string | null {
  const { expiresAt, renewalRefused } = credential;
  if (expiresAt === null || (rule?.isPossible(credential) && renewalRefused === null)) return null;
  if (expiresAt - now > warnMs && renewalRefused === null) return null;
  const end = `Its token ends on ${new Date(expiresAt).toISOString().slice(0, 10)}`;
  const why = renewalRefused === null ? 'cannot be renewed' : `was not renewed: ${bare(renewalRefused)}`;
  return `${end} and ${why}. Sign in again before then.`;
}

function bare(sentence: string): string {
  return sentence.trim().replace(/\.$/, '');
}
