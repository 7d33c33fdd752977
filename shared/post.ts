import { z } from 'zod';
import { idSchema, instantSchema } from './basics.ts';
import { wireErrorSchema } from './error.ts';

/** Who may see a post. */
export const visibilities = ['public', 'unlisted', 'private', 'direct'] as const;

/** Where a post to one account stands (design §5). */
export const targetStatuses = [
  'draft',
  'queued',
  'sending',
  'published',
  'failed',
  'unconfirmed',
  'missed',
  'cancelled',
] as const;
export type TargetStatus = (typeof targetStatuses)[number];

/** From which state a target may go where. `unconfirmed` leaves only by look-up or by a person's word. */
export const targetTransitions: Record<TargetStatus, readonly TargetStatus[]> = {
  draft: ['queued', 'cancelled'],
  queued: ['draft', 'sending', 'failed', 'missed', 'cancelled'],
  sending: ['published', 'failed', 'queued', 'unconfirmed'],
  published: [],
  failed: ['queued', 'cancelled'],
  unconfirmed: ['published', 'queued', 'failed', 'cancelled'],
  missed: ['queued', 'cancelled'],
  cancelled: ['queued'],
};

const text = z
  .string()
  .max(100_000, 'must have at most 100000 characters')
  .refine((t) => t.isWellFormed(), 'contains half a character (a lone surrogate)');

/**
 * A picture or film of a post: `path` on this machine, `alt` its description, `focus` x and y in -1…1, `url` where the
 * same file stands on the internet (Instagram fetches it there).
 */
export const mediaInputSchema = z.strictObject({
  path: z.string().min(1, 'must name a file'),
  alt: z.string().max(10_000, 'must have at most 10000 characters').default(''),
  focus: z.tuple([z.number().min(-1).max(1), z.number().min(-1).max(1)]).optional(),
  url: z.url({ protocol: /^https$/, error: 'must be an https address' }).optional(),
});
export type MediaInput = z.output<typeof mediaInputSchema>;

const wording = {
  visibility: z.enum(visibilities, 'must be public, unlisted, private or direct').optional(),
  contentWarning: text.optional(),
  language: z
    .string()
    .regex(/^[a-z]{2,3}(-[A-Za-z0-9]+)*$/, 'must be a language code such as en or pt-BR')
    .optional(),
  sensitive: z.boolean().optional(),
};

/** What one account gets instead of the post's own. */
export const overrideSchema = z.strictObject({ text: text.optional(), ...wording });
export type Override = z.infer<typeof overrideSchema>;

/** A post to add: one schema for the form, the command line and a pipeline's JSON lines (design §6). */
export const postInputSchema = z
  .strictObject({
    text: text.default(''),
    accounts: z.array(idSchema).min(1, 'must name at least one account').max(50, 'must be at most 50'),
    /** null = a draft. */
    publishAt: instantSchema.nullable().default(null),
    media: z.array(mediaInputSchema).max(20, 'must be at most 20').default([]),
    thread: z
      .array(
        z.strictObject({ text, media: z.array(mediaInputSchema).max(20, 'must be at most 20').default([]) }),
      )
      .max(50, 'must be at most 50')
      .default([]),
    overrides: z.record(idSchema, overrideSchema).default({}),
    note: z.string().max(10_000, 'must have at most 10000 characters').default(''),
    /** A name that the sender gives the post: one that came before under the same key is not added again. */
    key: z.string().min(1, 'must not be empty').max(200, 'must have at most 200 characters').optional(),
    ...wording,
  })
  .refine((post) => new Set(post.accounts).size === post.accounts.length, {
    error: 'names an account twice',
    path: ['accounts'],
  })
  .refine((post) => post.text.trim() !== '' || post.media.length > 0, {
    error: 'must have text or media; white space alone is not a post',
    path: ['text'],
  })
  .refine((post) => Object.keys(post.overrides).every((id) => post.accounts.includes(id)), {
    error: 'names an account that is not among "accounts"',
    path: ['overrides'],
  });
export type PostInput = z.output<typeof postInputSchema>;
export type PostDraft = z.input<typeof postInputSchema>;

/** A post on its way to one account. */
export const targetViewSchema = z.strictObject({
  account: z.string(),
  status: z.enum(targetStatuses),
  remoteId: z.string().nullable(),
  url: z.string().nullable(),
  error: wireErrorSchema.nullable(),
  /** Not before this instant (back-off, rate limit, settle wait); null when nothing holds it back. */
  notBefore: instantSchema.nullable(),
});
export type TargetView = z.infer<typeof targetViewSchema>;

/** Where a post came from. */
export const postSources = ['person', 'cli', 'pipeline'] as const;

/** A post as clients see it; `status` is derived from its targets. */
export const postViewSchema = z.strictObject({
  id: z.string(),
  status: z.enum(targetStatuses),
  publishAt: instantSchema.nullable(),
  text: z.string(),
  media: z.array(
    z.strictObject({ id: z.string(), name: z.string(), alt: z.string(), mime: z.string(), bytes: z.int() }),
  ),
  thread: z.array(z.strictObject({ text: z.string() })),
  targets: z.array(targetViewSchema),
  source: z.enum(postSources),
  runId: z.string().nullable(),
  note: z.string(),
  visibility: z.enum(visibilities).nullable(),
  contentWarning: z.string().nullable(),
  language: z.string().nullable(),
  sensitive: z.boolean().nullable(),
  createdAt: instantSchema,
});
export type PostView = z.infer<typeof postViewSchema>;

/** The post's own status: the one of its targets that most needs to be seen. */
export function postStatus(targets: readonly { status: TargetStatus }[]): TargetStatus {
  const order: readonly TargetStatus[] = [
    'unconfirmed',
    'failed',
    'missed',
    'sending',
    'queued',
    'draft',
    'published',
    'cancelled',
  ];
  return order.find((status) => targets.some((target) => target.status === status)) ?? 'draft';
}
