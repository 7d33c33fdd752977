import { z } from 'zod';
import { idSchema, instantSchema } from './basics.ts';
import { wireErrorSchema } from './error.ts';
import { postFormatSchema } from './format.ts';
import { waitSchema } from './wait.ts';

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

/** From which state a target may go where. `unconfirmed` leaves only by look-up or by the user's word. */
export const targetTransitions: Record<TargetStatus, readonly TargetStatus[]> = {
  draft: ['queued', 'cancelled'],
  // To `published` when all but its first comment is out, and the comment cannot be made or is not wanted any more.
  // To `unconfirmed` when something on the account may be it, published by another copy of this home.
  queued: ['draft', 'sending', 'published', 'failed', 'unconfirmed', 'missed', 'cancelled'],
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
 * A picture or film of a post: `path` on this machine (or `media:ID` for one that Belfry holds already), `alt` its
 * description, `focus` x and y in -1…1, `url` where the same file stands on the internet (Instagram fetches it there).
 */
export const mediaInputSchema = z.strictObject({
  path: z.string().min(1, 'must name a file'),
  alt: z.string().max(10_000, 'must have at most 10000 characters').default(''),
  focus: z.tuple([z.number().min(-1).max(1), z.number().min(-1).max(1)]).optional(),
  url: z.url({ protocol: /^https$/, error: 'must be an https address' }).optional(),
});
export type MediaInput = z.output<typeof mediaInputSchema>;

const heldScheme = 'media:';

/** The `path` of a file that Belfry holds already, as `posts.get` names it. */
export function heldMedia(id: string): string {
  return `${heldScheme}${id}`;
}

/** The id in such a path; undefined for a path on this machine. */
export function heldMediaId(path: string): string | undefined {
  return path.startsWith(heldScheme) ? path.slice(heldScheme.length) : undefined;
}

const pollOptionSchema = text.refine(
  (option) => option.trim() !== '' && !/\p{Cc}/u.test(option),
  'must be one line of text',
);

/** A question with answers to choose from, where the network has them; its server sets the limits. */
export const pollSchema = z.strictObject({
  options: z
    .array(pollOptionSchema)
    .min(2, 'must be at least 2')
    .max(20, 'must be at most 20')
    .refine((options) => new Set(options).size === options.length, 'names an option twice'),
  durationSeconds: z
    .int()
    .min(60, 'must be at least 60')
    .max(31_622_400, 'must be at most a year')
    .default(86_400),
  /** More than one option may be chosen. */
  multiple: z.boolean().default(false),
  /** The votes are not shown before the end. */
  hideTotals: z.boolean().default(false),
});
export type Poll = z.output<typeof pollSchema>;

/** What the account itself says below its post, once that is out. */
const commentSchema = text.refine(
  (comment) => comment.trim() !== '',
  'must have text; white space alone is no comment',
);

/** A label to find posts by; never sent. */
export const tagSchema = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(50, 'must have at most 50 characters')
  .regex(/^[^,\p{Cc}]*$/u, 'must not contain a comma or a line break');

const wording = {
  visibility: z.enum(visibilities, 'must be public, unlisted, private or direct').optional(),
  contentWarning: text.optional(),
  language: z
    .string()
    .regex(/^[a-z]{2,3}(-[A-Za-z0-9]+)*$/, 'must be a language code such as en or pt-BR')
    .optional(),
  sensitive: z.boolean().optional(),
};

/**
 * What one account gets instead of the post's own: `thread` the texts of its further parts (fewer leave the rest out,
 * `[]` is no thread), `poll` and `firstComment` null for none.
 */
export const overrideSchema = z.strictObject({
  text: text.optional(),
  thread: z.array(text).max(50, 'must be at most 50').optional(),
  poll: pollSchema.nullable().optional(),
  firstComment: commentSchema.nullable().optional(),
  /** `post` when left out; networks say which others they have. */
  format: postFormatSchema.optional(),
  ...wording,
});
export type Override = z.infer<typeof overrideSchema>;

/**
 * What is done with a post whose time is past: sent at once, put into the next free weekly slot of each of its accounts,
 * or kept as a draft. Without a word it is refused.
 */
export const pastChoices = ['publish', 'move-to-slot', 'draft'] as const;
export type PastChoice = (typeof pastChoices)[number];

/** A post to add: one schema for the form, the command line and a pipeline's JSON lines (design §6). */
export const postInputSchema = z
  .strictObject({
    text: text.default(''),
    accounts: z.array(idSchema).min(1, 'must name at least one account').max(50, 'must be at most 50'),
    /** null = a draft. */
    publishAt: instantSchema.nullable().default(null),
    /** A draft although it has a time. */
    draft: z.boolean().default(false),
    past: z.enum(pastChoices, `must be one of ${pastChoices.join(', ')}`).optional(),
    media: z.array(mediaInputSchema).max(20, 'must be at most 20').default([]),
    thread: z
      .array(
        z.strictObject({ text, media: z.array(mediaInputSchema).max(20, 'must be at most 20').default([]) }),
      )
      .max(50, 'must be at most 50')
      .default([]),
    poll: pollSchema.nullable().default(null),
    firstComment: commentSchema.nullable().default(null),
    tags: z
      .array(tagSchema)
      .max(50, 'must be at most 50')
      .default([])
      .transform((tags) => [...new Set(tags)]),
    overrides: z.record(idSchema, overrideSchema).default({}),
    note: z.string().max(10_000, 'must have at most 10000 characters').default(''),
    /** A name that the sender gives the post: one that came before under the same key is not added again. */
    key: z.string().min(1, 'must not be empty').max(300, 'must have at most 300 characters').optional(),
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
  })
  .refine(
    (post) => Object.values(post.overrides).every(({ thread = [] }) => thread.length <= post.thread.length),
    { error: 'has a thread with more parts than the post', path: ['overrides'] },
  );
export type PostInput = z.output<typeof postInputSchema>;
export type PostDraft = z.input<typeof postInputSchema>;

/** A post on its way to one account. */
export const targetViewSchema = z.strictObject({
  account: z.string(),
  status: z.enum(targetStatuses),
  /** When it is to go out; null for a draft. */
  dueAt: instantSchema.nullable(),
  remoteId: z.string().nullable(),
  url: z.string().nullable(),
  /** Why it is not out; of a published one, what went wrong with its first comment. */
  error: wireErrorSchema.nullable(),
  override: overrideSchema,
  /** What it published, when the post was edited afterwards. */
  sent: z
    .strictObject({ text: z.string(), thread: z.array(z.string()), media: z.array(z.string()) })
    .nullable(),
  /** What the network left out or changed without a word when it was published: `poll missing`. */
  differs: z.array(z.string()),
  /** Why what it published could not be compared with what was meant; null where it was, or will be. */
  notCompared: z.string().nullable(),
  /** Not before this instant (back-off, rate limit, settle wait); null when nothing holds it back. */
  notBefore: instantSchema.nullable(),
  /** What it waits for besides its time; null when nothing keeps it, or it is not on its way. */
  waits: waitSchema.nullable(),
});
export type TargetView = z.infer<typeof targetViewSchema>;

/** Where a post came from. */
export const postSources = ['person', 'cli', 'pipeline', 'series'] as const;

/** A file of a post as clients see it. */
export const mediaViewSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  alt: z.string(),
  mime: z.string(),
  bytes: z.int(),
  focus: z.tuple([z.number(), z.number()]).nullable(),
  url: z.string().nullable(),
});
export type MediaView = z.infer<typeof mediaViewSchema>;

/** A post as clients see it; `status` is derived from its targets. */
export const postViewSchema = z.strictObject({
  id: z.string(),
  status: z.enum(targetStatuses),
  publishAt: instantSchema.nullable(),
  text: z.string(),
  media: z.array(mediaViewSchema),
  thread: z.array(z.strictObject({ text: z.string(), media: z.array(mediaViewSchema) })),
  poll: pollSchema.nullable(),
  firstComment: z.string().nullable(),
  tags: z.array(z.string()),
  targets: z.array(targetViewSchema),
  source: z.enum(postSources),
  runId: z.string().nullable(),
  note: z.string(),
  /** The sender's own name for it. */
  key: z.string().nullable(),
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
