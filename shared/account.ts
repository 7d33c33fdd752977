import { z } from 'zod';
import { idSchema, instantSchema } from './basics.ts';
import { accountMediaSchema } from './media-host.ts';

/** The networks that Belfry knows; each has one adapter. */
export const networks = ['mastodon', 'pixelfed', 'instagram', 'facebook'] as const;
export type Network = (typeof networks)[number];

/** An account in config.json: a description without secrets. */
export const accountSchema = z.strictObject({
  id: idSchema,
  network: z.enum(networks, 'must be mastodon, pixelfed, instagram or facebook'),
  /** Origin of the server, such as `https://mastodon.example`. */
  server: z.url({ protocol: /^https?$/, error: 'must be an http(s) address' }),
  handle: z.string(),
  /** The account's own id on its server. */
  remoteId: z.string(),
  /** How its pictures and films are fitted, and where they stand for networks that fetch them. */
  media: accountMediaSchema.optional(),
});
export type Account = z.infer<typeof accountSchema>;

/** `ready`: works. `sign-in-needed`: its token is refused, its queue waits. `locked`: its secret cannot be read on this machine. */
export const accountStatuses = ['ready', 'sign-in-needed', 'locked', 'unknown'] as const;
export type AccountStatus = (typeof accountStatuses)[number];

/** An account as clients see it. */
export const accountViewSchema = z.strictObject({
  id: z.string(),
  network: z.enum(networks),
  server: z.string(),
  handle: z.string(),
  status: z.enum(accountStatuses),
  reason: z.string().nullable(),
  tokenExpiresAt: instantSchema.nullable(),
});
export type AccountView = z.infer<typeof accountViewSchema>;

/** A new account by access token. The token goes in and never comes out again. */
export const accountInputSchema = z.strictObject({
  /** Default: made from handle and server. */
  id: idSchema.optional(),
  network: z.enum(networks, 'must be mastodon, pixelfed, instagram or facebook'),
  server: z.url({
    protocol: /^https?$/,
    error: 'must be an http(s) address, such as https://mastodon.example',
  }),
  token: z
    .string()
    .min(1, 'must not be empty')
    .max(4096, 'must have at most 4096 characters')
    .regex(/^[\x21-\x7e]+$/, 'must not contain spaces or control characters'),
});
export type AccountInput = z.infer<typeof accountInputSchema>;
