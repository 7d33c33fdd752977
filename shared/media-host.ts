import { z } from 'zod';
import { idSchema } from './basics.ts';
import { addressSchema, endpointProblem } from './server-address.ts';

/**
 * What becomes of a picture whose shape a network does not take: the post is refused, bars are added, or edges are cut
 * off. Pixels, bytes and type are brought into the limits without asking; how a picture looks is its owner's choice.
 */
export const fits = ['refuse', 'pad', 'crop'] as const;
export type Fit = (typeof fits)[number];
export const fitSchema = z.enum(fits, 'must be refuse, pad or crop');

/** Names of S3 buckets, and of what other servers of that kind call so. */
const bucketName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    'must be 3 to 63 lower-case letters, digits, dots and hyphens',
  );

/** Beginning of the names of files in a bucket: plain letters, because Instagram takes ASCII addresses only. */
const prefix = z
  .string()
  .max(200, 'must have at most 200 characters')
  .regex(/^([A-Za-z0-9._-]+\/)*$/, 'must be folders of plain letters that end with /, such as belfry/');

/** An S3-compatible bucket of the user; its keys are kept in the vault. */
const bucketSchema = z.strictObject({
  via: z.literal('bucket'),
  /** Address of the server, such as `https://s3.eu-central-1.amazonaws.com`. */
  endpoint: addressSchema('must be an http(s) address', endpointProblem),
  bucket: bucketName,
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'must be a name such as eu-central-1')
    .default('auto'),
  prefix: prefix.default('belfry/'),
  /** Public address of the bucket's files; the name of the file follows. */
  publicUrl: z.url({ protocol: /^https$/, error: 'must be an https address' }),
  /** Days after which Belfry removes what it put there; null = never. */
  removeAfterDays: z
    .number()
    .min(1, 'must be at least 1')
    .max(3650, 'must be at most 3650')
    .nullable()
    .default(7),
});

/** How files of an account come to a public address, which Instagram fetches them from. */
export const mediaHostSchema = z.discriminatedUnion('via', [
  /** An upload to another account of the user: a server of the Mastodon family, or a Facebook Page. */
  z.strictObject({ via: z.literal('account'), account: idSchema }),
  bucketSchema,
]);
export type MediaHost = z.output<typeof mediaHostSchema>;
export type BucketHost = Extract<MediaHost, { via: 'bucket' }>;

/** What an account wants done with pictures and films. */
export const accountMediaSchema = z.strictObject({
  /** Left out: only addresses that the user gives. */
  host: mediaHostSchema.optional(),
  /** Left out: as the setting `mediaFit` says. */
  fit: fitSchema.optional(),
});
export type AccountMedia = z.output<typeof accountMediaSchema>;

/** The key of a bucket; it goes in and never comes out again. */
export const bucketKeySchema = z.strictObject({
  keyId: z.string().trim().min(1, 'must not be empty').max(256, 'must have at most 256 characters'),
  secret: z.string().trim().min(1, 'must not be empty').max(1024, 'must have at most 1024 characters'),
});
export type BucketKey = z.output<typeof bucketKeySchema>;

/** What the user chooses for an account; what is left out stays as it is. `media: {}` is no choice at all. */
export const accountMediaInputSchema = z.strictObject({
  id: z.string().min(1),
  media: accountMediaSchema.optional(),
  key: bucketKeySchema.optional(),
});
export type AccountMediaInput = z.output<typeof accountMediaInputSchema>;

/** The same as clients see it; whether there is a key, and never the key. */
export const accountMediaViewSchema = z.strictObject({
  id: z.string(),
  media: accountMediaSchema,
  hasBucketKey: z.boolean(),
});
export type AccountMediaView = z.output<typeof accountMediaViewSchema>;
