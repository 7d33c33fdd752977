import { z } from 'zod';
import { argumentSchema, envSchema, idSchema, instantSchema, timezoneSchema } from './basics.ts';
import { blackoutSchema } from './blackout.ts';
import type { Problem } from './error.ts';
import { triggerSchema } from './trigger.ts';

const seconds = z
  .number('must be a number of seconds')
  .min(0, 'must not be negative')
  .max(31_536_000, 'must be at most a year');
const argv = z.array(argumentSchema).min(1, 'must name a program').max(10_000, 'has too many arguments');

/** A place where commands run: design §3.4. */
export const workspaceSchema = z.strictObject({
  id: idSchema,
  /** Absolute, or relative to the folder of config.json. */
  cwd: z.string().min(1, 'must name a folder'),
  command: argv,
  env: envSchema.default({}),
});
export type Workspace = z.infer<typeof workspaceSchema>;

/** How often something is tried again, and how long the pauses are: `delaySeconds`, then each `factor` times the last. */
const retrySchema = z.strictObject({
  attempts: z.int().min(0, 'must not be negative').max(100, 'must be at most 100').default(0),
  delaySeconds: seconds.default(30),
  factor: z.number().min(1, 'must be at least 1').max(10, 'must be at most 10').default(2),
});

const stepBase = {
  name: z.string().min(1, 'must not be empty').max(200, 'must have at most 200 characters'),
  /** When the step runs, by the state of the run so far. */
  when: z.enum(['success', 'failure', 'always'], 'must be success, failure or always').default('success'),
  /** A failure of this step does not fail the run. */
  continue: z.boolean().default(false),
  timeoutSeconds: seconds.min(1, 'must be at least 1').nullable().default(null),
  /** Tries of this step within the run; left out = one try. */
  retry: retrySchema.optional(),
};

/** What a step with `"output": "posts"` may bring in; what is left out is not limited, but for `folders`. */
const postLimitsSchema = z.strictObject({
  accounts: z.array(idSchema).min(1, 'must name an account').max(1000, 'must be at most 1000').optional(),
  /** Folders from which media may come, beside Belfry's own, from the step's folder on; left out = that folder. */
  folders: z.array(z.string().min(1, 'must name a folder')).max(100, 'must be at most 100').optional(),
  /** Posts that one run of the step may make. */
  maxPosts: z.int().min(1, 'must be at least 1').max(1_000_000, 'must be at most 1000000').optional(),
  /** Bytes of its lines and of the files that they name, in one run of the step. */
  maxBytes: z.int().min(1, 'must be at least 1').optional(),
});
export type PostLimits = z.infer<typeof postLimitsSchema>;

/** Runs a program: `command` of its workspace + `args`, or a bare `command`. An argv array, never a shell string. */
export const commandStepSchema = z
  .strictObject({
    type: z.literal('command'),
    ...stepBase,
    workspace: idSchema.optional(),
    args: z.array(argumentSchema).max(10_000, 'has too many arguments').default([]),
    command: argv.optional(),
    cwd: z.string().min(1, 'must name a folder').optional(),
    env: envSchema.default({}),
    /**
     * `posts`: every line of standard output is a post as JSON (design §4). `json`: its last JSON value is the step's
     * result, which later steps get as `BELFRY_STEP_<NAME>`.
     */
    output: z.enum(['text', 'posts', 'json'], 'must be text, posts or json').default('text'),
    /** What becomes of the posts that the step prints. */
    posts: z.enum(['draft', 'queued'], 'must be draft or queued').default('queued'),
    postLimits: postLimitsSchema.optional(),
    /** The command is one shell line; shown with a warning. */
    shell: z.boolean().default(false),
  })
  .refine((step) => (step.workspace === undefined) !== (step.command === undefined), {
    error: 'must have either "workspace" (with "args") or "command"',
    path: ['workspace'],
  });

/** Runs a part of Belfry. */
export const builtinStepSchema = z.strictObject({
  type: z.literal('builtin'),
  ...stepBase,
  action: z.enum(['publish_due_posts', 'refresh_tokens'], 'must be publish_due_posts or refresh_tokens'),
});

/** Calls an address. A string body is sent as it is, any other value as JSON. */
export const webhookStepSchema = z.strictObject({
  type: z.literal('webhook'),
  ...stepBase,
  url: z.url({ protocol: /^https?$/, error: 'must be an http(s) address' }),
  method: z
    .enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], 'must be GET, POST, PUT, PATCH or DELETE')
    .default('POST'),
  headers: z
    .record(
      z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'must be the name of a header'),
      z
        .string()
        .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'must not contain line breaks or characters beyond Latin-1'),
    )
    .default({}),
  body: z.json().optional(),
  /** Status codes that mean success; left out = 200 to 299. */
  expect: z
    .array(z.int().min(100, 'must be a status code').max(599, 'must be a status code'))
    .min(1, 'must name a status code')
    .optional(),
});

/** A webhook's address as it is shown: what stands behind its host is often a secret, as with Slack and Discord. */
export function shownUrl(url: string): string {
  const { origin, href } = new URL(url);
  return href === `${origin}/` ? origin : `${origin}/…`;
}

export const stepSchema = z.discriminatedUnion(
  'type',
  [commandStepSchema, builtinStepSchema, webhookStepSchema],
  'must be command, builtin or webhook',
);
export type Step = z.infer<typeof stepSchema>;
export type CommandStep = z.infer<typeof commandStepSchema>;
export type BuiltinStep = z.infer<typeof builtinStepSchema>;
export type WebhookStep = z.infer<typeof webhookStepSchema>;

/** A job as it stands in config.json, with its defaults (design §3.1). */
export const jobSchema = z.strictObject({
  id: idSchema,
  name: z.string().min(1, 'must not be empty').max(200, 'must have at most 200 characters'),
  description: z.string().max(2000, 'must have at most 2000 characters').default(''),
  enabled: z.boolean().default(true),
  /** None: the job runs by hand only. */
  triggers: z.array(triggerSchema).max(50, 'must be at most 50').default([]),
  /** null = the zone of this machine. */
  timezone: timezoneSchema.nullable().default(null),
  coalesce: z.boolean().default(true),
  /** null = a late slot is never too late. */
  misfireGraceSeconds: seconds.nullable().default(null),
  maxCatchUp: z.int().min(1, 'must be at least 1').max(1000, 'must be at most 1000').default(10),
  maxInstances: z.int().min(1, 'must be at least 1').max(100, 'must be at most 100').default(1),
  overlap: z.enum(['skip', 'queue', 'replace'], 'must be skip, queue or replace').default('skip'),
  jitterSeconds: seconds.default(0),
  startAt: instantSchema.nullable().default(null),
  endAt: instantSchema.nullable().default(null),
  /** Times without runs: slots in them are recorded as skipped. */
  blackouts: z.array(blackoutSchema).max(50, 'must be at most 50').default([]),
  timeoutSeconds: seconds.min(1, 'must be at least 1').nullable().default(3600),
  retry: retrySchema.default({ attempts: 0, delaySeconds: 30, factor: 2 }),
  /** A run cut off by a crash is repeated at the next start. */
  retryInterrupted: z.boolean().default(false),
  steps: z.array(stepSchema).min(1, 'must have at least one step').max(100, 'must be at most 100'),
});
/** A job with every default filled in: what the engine works with. */
export type Job = z.output<typeof jobSchema>;
/** A job as the user writes it: what config.json keeps. */
export type JobInput = z.input<typeof jobSchema>;

/** Accounts in the limits of a step that are not there: nothing can be posted to them, most often a misspelling. */
export function unknownAccounts(job: Pick<Job, 'steps'>, accounts: readonly { id: string }[]): Problem[] {
  const known = new Set(accounts.map(({ id }) => id));
  return job.steps.flatMap((step, index) => {
    const limited = (step.type === 'command' && step.postLimits?.accounts) || [];
    return limited.flatMap((id, at) =>
      known.has(id)
        ? []
        : [
            {
              field: `steps[${index}].postLimits.accounts[${at}]`,
              message: `of step "${step.name}" names an unknown account "${id}"`,
            },
          ],
    );
  });
}
