import { z } from 'zod';
import { type Count, countSchema, instantSchema } from './basics.ts';
import { problemSchema } from './error.ts';
import { postInputSchema, postSources, postViewSchema, tagSchema, targetStatuses } from './post.ts';

/** Most posts that one call adds or changes. */
export const mostPostsAtOnce = 10_000;

const statusesSchema = z
  .union([
    z.enum(targetStatuses, `must be one of ${targetStatuses.join(', ')}`),
    z.array(z.enum(targetStatuses)).min(1, 'must name at least one'),
  ])
  .transform((status) => (typeof status === 'string' ? [status] : status));

const accountSchema = z.string().min(1, 'must not be empty');

/**
 * Which posts, and in what order. A post's time is its `publishAt`; where only `queued` and `sending` ones are asked
 * for, it is when they are due, which a retry moves on.
 */
export const postQuerySchema = z.strictObject({
  /** With a target in this status, or in one of these. */
  status: statusesSchema.optional(),
  /** With a target for this account; with `status`, that target has it. */
  account: accountSchema.optional(),
  tag: tagSchema.optional(),
  /** In text, thread, first comment or note; upper and lower case are one. */
  search: z
    .string()
    .min(1, 'must not be empty')
    .max(1000, 'must have at most 1000 characters')
    .refine((text) => !text.includes('\0'), 'must not contain a NUL character')
    .optional(),
  /** Not before this time; drafts without a time are left out. */
  from: instantSchema.optional(),
  /** Before this time; drafts without a time are left out. */
  to: instantSchema.optional(),
  /** `latest`: drafts without a time first, then the latest time. `soonest`: the other way round. */
  order: z.enum(['latest', 'soonest'], 'must be latest or soonest').default('latest'),
  /** Id of the last post of the page before. */
  after: z.string().min(1).optional(),
  limit: z.int().min(1, 'must be at least 1').max(10_000, 'must be at most 10000').default(100),
});
export type PostQuery = z.output<typeof postQuerySchema>;

const { status, account, tag, search } = postQuerySchema.shape;
/** Which posts to count. */
export const postCountQuerySchema = z.strictObject({ status, account, tag, search });
export type PostCountQuery = z.output<typeof postCountQuerySchema>;

/** How many posts fit. */
export const postCountSchema = countSchema;
export type PostCount = Count;

/** Which targets a command for many is about: those that fit everything that is given. */
export const postSelectionSchema = z
  .strictObject({
    ids: z.array(z.string().min(1)).min(1, 'must name at least one').max(mostPostsAtOnce).optional(),
    status: statusesSchema.optional(),
    account: accountSchema.optional(),
    tag: tagSchema.optional(),
  })
  .refine((select) => Object.values(select).some((value) => value !== undefined), 'must say which posts');
export type PostSelection = z.output<typeof postSelectionSchema>;

/**
 * Where to move posts: to one time (the first of them; the others follow `everySeconds` apart in their order), or each
 * by so many seconds, earlier when negative.
 */
export const postMoveSchema = z.union([
  z.strictObject({
    publishAt: instantSchema.nullable(),
    everySeconds: z.int().min(0, 'must not be negative').max(31_622_400, 'must be at most a year').default(0),
  }),
  z.strictObject({
    bySeconds: z
      .int()
      .min(-316_224_000, 'must be at most ten years')
      .max(316_224_000, 'must be at most ten years'),
  }),
]);
export type PostMove = z.output<typeof postMoveSchema>;

/** What a command for many changed, or with `dryRun` would have. */
export const postChangesSchema = z.strictObject({
  dryRun: z.boolean(),
  posts: z.array(
    z.strictObject({
      id: z.string(),
      text: z.string(),
      /** The accounts that it is about. */
      accounts: z.array(z.string()),
      /** When these are due now; null when they are not. */
      dueAt: instantSchema.nullable(),
    }),
  ),
});
export type PostChanges = z.output<typeof postChangesSchema>;

/** A step on the way of a post to one account. */
export const postHistorySchema = z.array(
  z.strictObject({
    account: z.string(),
    at: instantSchema,
    status: z.enum(targetStatuses),
    note: z.string(),
  }),
);

/** What its accounts would refuse of a post (`problems`), and what could be better (`advice`). */
export const postCheckSchema = z.strictObject({
  problems: z.array(problemSchema),
  advice: z.array(problemSchema),
  /** Length of each part (0 is the post itself) as an account counts it, and what it takes; null = no limit known. */
  counts: z
    .array(
      z.strictObject({
        account: z.string(),
        part: z.int(),
        characters: z.int(),
        limit: z.int().nullable(),
      }),
    )
    .optional(),
});
export type PostCheck = z.output<typeof postCheckSchema>;

/** Many posts to add at once, all of them or none; `dryRun` only shows what would be added. */
export const postBatchSchema = z.strictObject({
  posts: z
    .array(postInputSchema)
    .min(1, 'must hold at least one')
    .max(mostPostsAtOnce, `must be at most ${mostPostsAtOnce}`),
  source: z.enum(postSources).default('person'),
  dryRun: z.boolean().default(false),
  allowDuplicates: z.boolean().default(false),
});

/**
 * The posts of a batch in its order; `isNew` is false where one with the same key was there already. A dry run also tells
 * what keeps a post from being added as it is: its time is `past`, or it `repeats` the post with this id, or an earlier
 * one of the batch (`posts[3]`).
 */
export const postBatchResultSchema = z.strictObject({
  dryRun: z.boolean(),
  posts: z.array(
    z.strictObject({
      isNew: z.boolean(),
      post: postViewSchema,
      past: z.literal(true).optional(),
      repeats: z.string().optional(),
    }),
  ),
});
export type PostBatchResult = z.output<typeof postBatchResultSchema>;
