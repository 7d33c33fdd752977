import { z } from 'zod';
import { accountInputSchema, accountMoveSchema, accountPatchSchema, accountViewSchema } from './account.ts';
import { countSchema, idSchema, instantSchema, timezoneSchema } from './basics.ts';
import { settingsPatchSchema, settingsSchema } from './config.ts';
import { wireErrorSchema } from './error.ts';
import { jobSchema, workspaceSchema } from './job.ts';
import { mediaLookSchema } from './media.ts';
import { accountMediaInputSchema, accountMediaViewSchema } from './media-host.ts';
import { planContract, planReadingCalls } from './plan-calls.ts';
import { pastChoices, postInputSchema, postSources, postViewSchema } from './post.ts';
import {
  postBatchResultSchema,
  postBatchSchema,
  postChangesSchema,
  postCheckSchema,
  postCountQuerySchema,
  postCountSchema,
  postHistorySchema,
  postMoveSchema,
  postQuerySchema,
  postSelectionSchema,
} from './post-calls.ts';
import { postRequestSchema } from './post-request.ts';
import {
  outputLineSchema,
  plannedStepSchema,
  runParametersSchema,
  runStatuses,
  runViewSchema,
} from './run.ts';
import { signInContract, signInReadingCalls } from './sign-in-calls.ts';
import { triggerSchema } from './trigger.ts';
import { fireTimesSchema, jobViewSchema, statusSchema, templateSchema } from './views.ts';

const nothing = z.strictObject({});
const done = z.strictObject({});
const byId = z.strictObject({ id: z.string().min(1) });
/** `dryRun` shows what would change. */
const bulk = z.strictObject({ select: postSelectionSchema, dryRun: z.boolean().default(false) });
/** What a page is asked for with: where the page before ended, how much, and whether to say how many there are in all. */
const page = {
  cursor: z.string().min(1).max(100, 'must have at most 100 characters').optional(),
  limit: z.int().min(1, 'must be at least 1').max(500, 'must be at most 500').default(100),
  count: z.boolean().default(false),
};
/** `cursor` is where the next page begins, null at the end; `total` is null when it was not asked for. */
const paged = { cursor: z.string().nullable(), total: countSchema.nullable() };
const limit = z.int().min(1, 'must be at least 1').max(10_000, 'must be at most 10000').default(100);

/** Every call that a client can make: what goes in and what comes out. The same over IPC, socket and HTTP. */
export const contract = {
  'status.get': { in: nothing, out: statusSchema },
  'scheduler.start': { in: nothing, out: done },
  'scheduler.stop': { in: nothing, out: done },
  /** Ends the engine: no new slots, running jobs drained up to a deadline. */
  'engine.quit': { in: nothing, out: done },

  'jobs.list': { in: z.strictObject({ limit }), out: z.array(jobViewSchema) },
  'jobs.get': {
    in: byId,
    out: z.strictObject({
      job: jobSchema,
      view: jobViewSchema,
      next: fireTimesSchema,
      /** From when its intervals without an anchor count; absent when Belfry has not followed the job yet. */
      anchor: instantSchema.optional(),
    }),
  },
  'jobs.add': { in: z.strictObject({ job: jobSchema }), out: jobViewSchema },
  /** Adds all of them or none; their order is kept, and they may wait for each other. */
  'jobs.addAll': {
    in: z.strictObject({
      jobs: z.array(jobSchema).min(1, 'must name a job').max(10_000, 'must be at most 10000'),
    }),
    out: z.array(jobViewSchema),
  },
  'jobs.set': { in: z.strictObject({ id: idSchema, job: jobSchema }), out: jobViewSchema },
  'jobs.remove': { in: byId, out: done },
  'jobs.enable': { in: z.strictObject({ id: z.string().min(1), enabled: z.boolean() }), out: jobViewSchema },
  'jobs.run': {
    in: z.strictObject({
      id: z.string().min(1),
      fromStep: z.int().min(1).optional(),
      parameters: runParametersSchema.optional(),
    }),
    out: runViewSchema,
  },
  /** A dry run: what `jobs.run` would do, step by step. */
  'jobs.preview': {
    in: z.strictObject({
      id: z.string().min(1),
      fromStep: z.int().min(1).optional(),
      parameters: runParametersSchema.optional(),
    }),
    out: z.array(plannedStepSchema),
  },
  'jobs.templates': { in: nothing, out: z.array(templateSchema) },
  /** Adds a template's jobs (disabled) and workspaces; ids that exist are left as they are. */
  'jobs.useTemplate': { in: byId, out: z.array(jobViewSchema) },

  'workspaces.list': { in: nothing, out: z.array(workspaceSchema) },
  'workspaces.put': { in: z.strictObject({ workspace: workspaceSchema }), out: done },
  'workspaces.remove': { in: byId, out: done },

  /** Fire times of a job (`id`), of a trigger alone, or of a `job` as it would be saved: one that exists keeps its phase. */
  'schedule.next': {
    in: z.strictObject({
      id: z.string().min(1).optional(),
      job: jobSchema.optional(),
      trigger: triggerSchema.optional(),
      timezone: timezoneSchema.optional(),
      from: instantSchema.optional(),
      count: z.int().min(1).max(1000).default(10),
    }),
    out: fireTimesSchema,
  },

  /** Newest first; `before` is the id of the last run of the page before. */
  'runs.list': {
    in: z.strictObject({
      jobId: z.string().optional(),
      status: z.enum(runStatuses).optional(),
      before: z.string().optional(),
      limit,
    }),
    out: z.array(runViewSchema),
  },
  /** The same page by page: a cursor holds while runs come and go. */
  'runs.page': {
    in: z.strictObject({
      jobId: z.string().optional(),
      status: z.enum(runStatuses).optional(),
      /** The page after this run; where there is a cursor, that goes before. */
      before: z.string().optional(),
      ...page,
    }),
    out: z.strictObject({ runs: z.array(runViewSchema), ...paged }),
  },
  'runs.get': { in: byId, out: runViewSchema },
  'runs.cancel': { in: byId, out: runViewSchema },
  /** Runs a failed run's job again from its failed step, with the results of the steps before. */
  'runs.resume': { in: byId, out: runViewSchema },
  /** Tries a failed run again from where it began; a retry of it that waits starts at once, whatever holds it. */
  'runs.retry': { in: byId, out: runViewSchema },
  /**
   * Lines of one run (`id`) with `seq` above `after`, oldest first; `tail` gives the last `limit` lines instead.
   * Without `id`: the newest lines of all runs.
   */
  'runs.output': {
    in: z.strictObject({
      id: z.string().optional(),
      after: z.int().min(0).optional(),
      tail: z.boolean().default(false),
      limit,
    }),
    out: z.array(outputLineSchema),
  },
  /**
   * Lines of one run (`id`) or of all, page by page, those of a page always oldest first; `order` says from which end.
   * A search looks through so much and no more at a time: a page with few lines or none and a cursor is not the end.
   */
  'runs.outputPage': {
    in: z.strictObject({
      id: z.string().optional(),
      search: z
        .string()
        .max(1000, 'must have at most 1000 characters')
        .refine((text) => !text.includes('\0'), 'must not contain a NUL character')
        .optional(),
      order: z.enum(['newest', 'oldest'], 'must be newest or oldest').default('newest'),
      cursor: page.cursor,
      limit: page.limit,
    }),
    out: z.strictObject({ lines: z.array(outputLineSchema), cursor: paged.cursor }),
  },

  'posts.list': { in: postQuerySchema, out: z.array(postViewSchema) },
  /** The same page by page: a cursor holds while posts are moved, published or removed. */
  'posts.page': {
    in: postQuerySchema.extend(page),
    out: z.strictObject({ posts: z.array(postViewSchema), ...paged }),
  },
  /** How many posts `posts.list` would list, counted up to 10,000. */
  'posts.count': { in: postCountQuerySchema, out: postCountSchema },
  'posts.get': { in: byId, out: postViewSchema },
  'posts.add': {
    in: z.strictObject({
      post: postRequestSchema,
      source: z.enum(postSources).default('person'),
      /** Without it, ALREADY_EXISTS for what an account has with the same content near the same time. */
      allowDuplicates: z.boolean().default(false),
    }),
    out: postViewSchema,
  },
  /** All of them or none: one transaction. Details of BAD_INPUT name them as `posts[3].text`. */
  'posts.addAll': { in: postBatchSchema, out: postBatchResultSchema },
  /** What the accounts of a post would refuse; stores nothing. `id`: the post that it is to take the place of. */
  'posts.check': {
    in: z.strictObject({ post: postInputSchema, id: z.string().min(1).optional() }),
    out: postCheckSchema,
  },
  /** Replaces a post that is not out yet. What an account has published stays as it is. */
  'posts.set': {
    in: z.strictObject({ id: z.string().min(1), post: postInputSchema }),
    out: postViewSchema,
  },
  /** Another time for what has not begun to be sent; null makes a draft of it. BAD_INPUT for a time that is past, without `past`. */
  'posts.move': {
    in: z.strictObject({
      id: z.string().min(1),
      publishAt: instantSchema.nullable(),
      past: z.enum(pastChoices).optional(),
    }),
    out: postViewSchema,
  },
  /** What happened on the way to each account, oldest first. */
  'posts.history': { in: byId, out: postHistorySchema },
  /** The same as `retry`, `cancel` and `move` for many: all that can be is changed in one transaction, or nothing. */
  'posts.retryAll': { in: bulk, out: postChangesSchema },
  'posts.cancelAll': { in: bulk, out: postChangesSchema },
  'posts.moveAll': {
    in: bulk.extend({ to: postMoveSchema, past: z.enum(pastChoices).optional() }),
    out: postChangesSchema,
  },
  'posts.cancel': { in: byId, out: postViewSchema },
  /** Puts failed and missed targets back into the queue; refuses unconfirmed ones. */
  'posts.retry': { in: byId, out: postViewSchema },
  /** Makes a draft or a queued post due now. */
  'posts.publish': { in: byId, out: postViewSchema },
  /** The user's word on an unconfirmed target: it was published, or it was not and may be sent again. */
  'posts.settle': {
    in: z.strictObject({ id: z.string().min(1), account: z.string().min(1), published: z.boolean() }),
    out: postViewSchema,
  },

  'accounts.list': { in: z.strictObject({ limit }), out: z.array(accountViewSchema) },
  'accounts.add': { in: accountInputSchema, out: accountViewSchema },
  'accounts.set': { in: accountPatchSchema, out: accountViewSchema },
  'accounts.verify': { in: byId, out: accountViewSchema },
  /** Takes another address for an account whose owner there is the same one. */
  'accounts.setServer': { in: accountMoveSchema, out: accountViewSchema },
  'accounts.remove': { in: byId, out: done },
  /** What is done with the pictures and films of an account, and where they come to a public address. */
  'accounts.media': { in: byId, out: accountMediaViewSchema },
  'accounts.setMedia': { in: accountMediaInputSchema, out: accountMediaViewSchema },
  ...signInContract,

  ...planContract,

  'settings.get': { in: nothing, out: settingsSchema },
  'settings.set': { in: settingsPatchSchema, out: settingsSchema },

  /** The user has read the warning with this code and wants work to go on (after a restored database). */
  'warnings.confirm': { in: z.strictObject({ code: z.string().min(1) }), out: done },

  /** What a file of a post is, and why it cannot be seen. `path` as in a post. */
  'media.look': { in: z.strictObject({ path: z.string().min(1, 'must name a file') }), out: mediaLookSchema },

  /** Opens an address in the user's browser; the desktop host only. */
  'shell.open': { in: z.strictObject({ url: z.url({ protocol: /^https?$/ }) }), out: done },
  /** Asks the user for files to post and returns their paths, none when nothing was chosen; the desktop host only. */
  'shell.pickFiles': { in: nothing, out: z.strictObject({ paths: z.array(z.string()) }) },
  /** Starts the demonstration in a home of its own and shows it. */
  'demo.start': { in: nothing, out: z.strictObject({ url: z.string().nullable() }) },
} as const satisfies Record<string, { in: z.ZodType; out: z.ZodType }>;

export type Contract = typeof contract;
export type CallName = keyof Contract;
/** Calls that change nothing: they are still answered while the engine drains its running jobs. */
export const readingCalls: ReadonlySet<string> = new Set<CallName>([
  'status.get',
  'media.look',
  'jobs.list',
  'jobs.get',
  'jobs.preview',
  'jobs.templates',
  'workspaces.list',
  'schedule.next',
  'runs.list',
  'runs.page',
  'runs.get',
  'runs.output',
  'runs.outputPage',
  'posts.list',
  'posts.page',
  'posts.count',
  'posts.get',
  'posts.check',
  'posts.history',
  'accounts.list',
  'accounts.media',
  ...signInReadingCalls,
  'settings.get',
  ...planReadingCalls,
]);
/** What a caller gives. */
export type CallInput<N extends CallName> = z.input<Contract[N]['in']>;
/** What a handler gets, defaults filled in. */
export type HandlerInput<N extends CallName> = z.output<Contract[N]['in']>;
export type CallOutput<N extends CallName> = z.output<Contract[N]['out']>;

/** What the engine says of its own accord. Coarse on purpose: "look again", except for a run's lines. */
export const announcementSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('status.changed') }),
  z.strictObject({ name: z.literal('jobs.changed') }),
  z.strictObject({ name: z.literal('runs.changed'), run: runViewSchema }),
  z.strictObject({ name: z.literal('runs.output'), runId: z.string(), lines: z.array(outputLineSchema) }),
  z.strictObject({ name: z.literal('posts.changed') }),
  z.strictObject({ name: z.literal('series.changed') }),
  z.strictObject({ name: z.literal('accounts.changed') }),
  z.strictObject({ name: z.literal('settings.changed') }),
]);
export type Announcement = z.infer<typeof announcementSchema>;

/** The answer to a call. */
export const envelopeSchema = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), value: z.unknown() }),
  z.strictObject({ ok: z.literal(false), error: wireErrorSchema }),
]);
export type Envelope<T> = { ok: true; value: T } | { ok: false; error: z.infer<typeof wireErrorSchema> };

/** What preload puts on `window.belfry`, and what the HTTP bridge imitates. */
export type Bridge = {
  /** Never rejects: every failure is an envelope. */
  call(name: string, input: unknown): Promise<Envelope<unknown>>;
  /** Calls `listener` for every announcement; the result ends that. */
  subscribe(listener: (announcement: Announcement) => void): () => void;
};
