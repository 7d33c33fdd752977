import { z } from 'zod';
import { idSchema, instantSchema } from './basics.ts';
import { accountMediaSchema } from './media-host.ts';
import { type Login, logins, type Network, networkFacts, networks, usualServer } from './networks.ts';
import { addressSchema, serverProblem } from './server-address.ts';
import { accountOrders } from './wait.ts';

const networkField = z.enum(networks, `must be ${networks.slice(0, -1).join(', ')} or ${networks.at(-1)}`);

const orderField = z.enum(accountOrders, 'must be independent or strict');

/** An account in config.json: a description without secrets. */
export const accountSchema = z.strictObject({
  id: idSchema,
  network: networkField,
  /** Origin of the server, such as `https://mastodon.example`. */
  server: addressSchema('must be an http(s) address', serverProblem),
  handle: z.string(),
  /** The account's own id on its server. */
  remoteId: z.string(),
  /** How its pictures and films are fitted, and where they stand for networks that fetch them. */
  media: accountMediaSchema.optional(),
  /** `strict`: a post that has to wait holds all behind it. Default: `independent`. */
  order: orderField.optional(),
});
export type Account = z.infer<typeof accountSchema>;

/**
 * `ready`: works. `sign-in-needed`: its token is refused, its queue waits. `moved`: its server sends requests to another
 * address, its queue waits. `locked`: its secret cannot be read on this machine.
 */
export const accountStatuses = ['ready', 'sign-in-needed', 'moved', 'locked', 'unknown'] as const;
export type AccountStatus = (typeof accountStatuses)[number];

/** Whether an account publishes nothing until its owner does something. */
export function waitsForOwner(status: AccountStatus): boolean {
  return status !== 'ready' && status !== 'unknown';
}

/** An account as clients see it. */
export const accountViewSchema = z.strictObject({
  id: z.string(),
  network: z.enum(networks),
  server: z.string(),
  handle: z.string(),
  status: z.enum(accountStatuses),
  reason: z.string().nullable(),
  tokenExpiresAt: instantSchema.nullable(),
  /** Origin that the server of a moved account sends requests to. */
  movedTo: z.string().nullable(),
  order: orderField,
});
export type AccountView = z.infer<typeof accountViewSchema>;

/** What of an account can be changed by a call; what is left out stays as it is. */
export const accountPatchSchema = z.strictObject({ id: z.string().min(1), order: orderField.optional() });
export type AccountPatch = z.infer<typeof accountPatchSchema>;

/** Version of Meta's Graph API in the path of every call; v25.0 lives until July 2028. */
export const graphVersion = 'v25.0';

const serverField = addressSchema(
  'must be an http(s) address, such as https://mastodon.example',
  serverProblem,
);
/** The address that an account is at from now on; its token is sent there. Left out: the one that its server names. */
export const accountMoveSchema = z.strictObject({ id: z.string().min(1), server: serverField.optional() });
export type AccountMove = z.infer<typeof accountMoveSchema>;

/** A token or a secret: one word of printable ASCII. */
export const secretText = z
  .string()
  .min(1, 'must not be empty')
  .max(4096, 'must have at most 4096 characters')
  .regex(/^[\x21-\x7e]+$/, 'must not contain spaces or control characters');

/** Where an account is, and how it is to be called. */
export const accountPlace = {
  /** Default: made from handle and server. */
  id: idSchema.optional(),
  network: networkField,
  /** Default: the one server of the network; Mastodon and Pixelfed have none. */
  server: serverField.optional(),
  /** Instagram only. Default: by the server. */
  login: z.enum(logins, 'must be instagram or facebook').optional(),
};

type Place = { network: Network; server?: string | undefined; login?: Login | undefined };

/** What a schema with `accountPlace` checks besides. */
export function checkPlace({ value, issues }: z.core.ParsePayload<Place>): void {
  const complain = (field: string, message: string) =>
    issues.push({ code: 'custom', input: value, path: [field], message });
  if (value.server === undefined && usualServer(value.network) === undefined)
    complain('server', 'is missing');
  if (value.login !== undefined && networkFacts[value.network].signIns.length < 2)
    complain('login', 'is for Instagram only, which knows two ways to log in');
}

/** A new account by access token. The token goes in and never comes out again. */
export const accountInputSchema = z
  .strictObject({
    ...accountPlace,
    token: secretText,
    /** Which one, by its id on the network, where one token opens several (the user's Facebook Pages). */
    remoteId: z.string().min(1, 'must not be empty').max(256, 'must have at most 256 characters').optional(),
  })
  .check(checkPlace);
export type AccountInput = z.infer<typeof accountInputSchema>;
