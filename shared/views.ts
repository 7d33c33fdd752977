import { z } from 'zod';
import { accountViewSchema } from './account.ts';
import { instantSchema } from './basics.ts';
import { wireErrorSchema } from './error.ts';
import { jobSchema, workspaceSchema } from './job.ts';
import { runStatuses } from './run.ts';
import { overdueSchema } from './wait.ts';

/** Who hosts the engine. */
export const modes = ['desktop', 'headless'] as const;
export type Mode = (typeof modes)[number];

/** Something that the user should know, until it is put right. */
export const warningSchema = wireErrorSchema;
export type Warning = z.infer<typeof warningSchema>;

/** The engine at a glance: `belfry status`, the tray and the window's header are drawn from this alone. */
export const statusSchema = z.strictObject({
  version: z.string(),
  pid: z.int(),
  mode: z.enum(modes),
  home: z.string(),
  startedAt: instantSchema,
  scheduler: z.enum(['running', 'paused']),
  /** Runs at work now, oldest first. */
  running: z.array(
    z.strictObject({
      runId: z.string(),
      jobId: z.string(),
      name: z.string(),
      startedAt: instantSchema.nullable(),
    }),
  ),
  /** The next slot of all jobs. */
  next: z.strictObject({ jobId: z.string(), name: z.string(), at: instantSchema }).nullable(),
  counts: z.strictObject({
    jobs: z.int(),
    enabledJobs: z.int(),
    queuedPosts: z.int(),
    /** Posts that wait for the user: failed, unconfirmed or missed. */
    needYou: z.int(),
    /** Accounts that need a sign-in, or whose secret cannot be read. */
    accountsNeedYou: z.int(),
    /** Queued posts of those accounts. */
    waitingPosts: z.int(),
    /** Jobs whose last run failed. */
    failingJobs: z.int(),
  }),
  /** Accounts that need a sign-in or whose secret cannot be read, with the number of queued posts that wait for each. */
  accounts: z.array(
    accountViewSchema.pick({ id: true, handle: true, status: true, reason: true }).extend({ posts: z.int() }),
  ),
  /** Posts that are due and not out, by account and by what they wait for. */
  overdue: z.array(overdueSchema),
  warnings: z.array(warningSchema),
  /** Those of the warnings that keep the engine from its work; empty when it is well. */
  trouble: z.array(warningSchema),
  /** Zones that schedules go by, each once: first the usual one (the setting's, else this machine's), then those of jobs and weekly slots. */
  timezones: z.array(z.string()),
  /** The home shows the demonstration: loopback server and sample pipeline. */
  demo: z.boolean(),
});
export type Status = z.infer<typeof statusSchema>;

/** A job in a list. */
export const jobViewSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  enabled: z.boolean(),
  /** Part of Belfry: can be disabled, not removed or changed. */
  builtin: z.boolean(),
  /** The triggers in words, with the zone where they go by the clock. */
  schedule: z.string(),
  nextRun: instantSchema.nullable(),
  lastRun: z
    .strictObject({ id: z.string(), status: z.enum(runStatuses), finishedAt: instantSchema.nullable() })
    .nullable(),
  running: z.boolean(),
});
export type JobView = z.infer<typeof jobViewSchema>;

/** A ready-made set of jobs (design §3.4); they are added disabled, for a workspace of the user's. */
export const templateSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  jobs: z.array(jobSchema),
  /** Workspaces that the template needs, with example values. */
  workspaces: z.array(workspaceSchema),
});
export type Template = z.infer<typeof templateSchema>;

/** Fire times of a trigger. */
export const fireTimesSchema = z.strictObject({
  timezone: z.string(),
  description: z.string(),
  next: z.array(instantSchema),
  /** What the schedule does when clocks change; absent when they never do. */
  daylightSaving: z.string().optional(),
  /** Present when an interval counts from when its job is saved: `next` supposes that this is now. */
  countsFromSaving: z.literal(true).optional(),
});
export type FireTimes = z.infer<typeof fireTimesSchema>;
