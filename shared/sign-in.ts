import { z } from 'zod';
import { accountPlace, accountViewSchema, checkPlace, secretText } from './account.ts';
import { instantSchema } from './basics.ts';
import { wireErrorSchema } from './error.ts';
import { logins, networks } from './networks.ts';

/** The user's own app at Meta, which signs them in; the secret goes in and never comes out again. */
export const metaAppSchema = z.strictObject({
  id: z.string().regex(/^\d{1,32}$/, 'must be the number that Meta shows as the app id'),
  secret: secretText,
  /** Where Meta sends the browser afterwards; must be among the redirect URIs of the app. */
  redirectUri: z
    .url({
      protocol: /^https?$/,
      error: 'must be an http(s) address, exactly as in the settings of the app at Meta',
    })
    .refine(
      (uri) => uri.startsWith('https:') || ['127.0.0.1', 'localhost'].includes(new URL(uri).hostname),
      'must be an https address, or one of this machine: over http the code could be read on the way',
    )
    .default('https://localhost/belfry'),
});
export type MetaApp = z.infer<typeof metaAppSchema>;

const how = {
  /** The user brings the code: for a browser on another machine. */
  code: z.boolean().default(false),
  /** Instagram and Facebook; kept, and needed the first time only. */
  app: metaAppSchema.optional(),
};

/** Begins signing in to a new account, or one that is there already. */
export const signInInputSchema = z.strictObject({ ...accountPlace, ...how }).check(checkPlace);
export type SignInInput = z.output<typeof signInInputSchema>;

/** Begins signing in to an account again; it keeps its id, posts and slots. */
export const reconnectInputSchema = z.strictObject({ id: z.string().min(1), ...how });
export type ReconnectInput = z.output<typeof reconnectInputSchema>;

/**
 * `waiting` for the browser or for a code, `checking` it with the network, `choose` between several accounts,
 * `done`, or `failed` for good.
 */
export const signInStatuses = ['waiting', 'checking', 'choose', 'done', 'failed'] as const;

/** A sign-in on its way, as clients see it: nothing secret is in it. */
export const signInViewSchema = z.strictObject({
  session: z.string(),
  network: z.enum(networks),
  server: z.string(),
  /** Id of the account that is signed in again; null for a new one. */
  account: z.string().nullable(),
  /** For the user's browser. */
  url: z.string(),
  /** `loopback`: the browser brings the answer. `code`: the user brings the code, or the address where the browser ended. */
  mode: z.enum(['loopback', 'code']),
  status: z.enum(signInStatuses),
  /** Accounts that the user manages; `known` is the id here of one that is there already. */
  choices: z.array(
    z.strictObject({ remoteId: z.string(), handle: z.string(), known: z.string().nullable() }),
  ),
  /** What came of it. */
  accounts: z.array(accountViewSchema),
  /** Why it failed; while `waiting`, why the last code was not taken. */
  error: wireErrorSchema.nullable(),
  /** Then it is over. */
  endsAt: instantSchema,
});
export type SignInView = z.infer<typeof signInViewSchema>;

/** An app at Meta that Belfry keeps, without its secret. */
export const metaAppViewSchema = z.strictObject({
  login: z.enum(logins),
  server: z.string(),
  id: z.string(),
  redirectUri: z.string(),
});
export type MetaAppView = z.infer<typeof metaAppViewSchema>;
