import { z } from 'zod';
import { argumentSchema, envSchema, instantSchema, type Millis } from './basics.ts';

/** Why a run exists. */
export const runCauses = ['schedule', 'catch-up', 'manual', 'event', 'retry'] as const;
export type RunCause = (typeof runCauses)[number];

/** The states of a run; `skipped` and `missed` are slots that were not run, kept with their reason. */
export const runStatuses = [
  'queued',
  'running',
  'success',
  'failed',
  'timed-out',
  'cancelled',
  'interrupted',
  'skipped',
  'missed',
] as const;
export type RunStatus = (typeof runStatuses)[number];

/** From which state a run may go where; a state without successors is final. */
export const runTransitions: Record<RunStatus, readonly RunStatus[]> = {
  queued: ['running', 'skipped', 'missed', 'cancelled', 'interrupted'],
  running: ['success', 'failed', 'timed-out', 'cancelled', 'interrupted'],
  success: [],
  failed: [],
  'timed-out': [],
  cancelled: [],
  interrupted: [],
  skipped: [],
  missed: [],
};

/** The states of a step inside a run. */
export const stepStatuses = [
  'pending',
  'running',
  'success',
  'failed',
  'timed-out',
  'cancelled',
  'interrupted',
  'skipped',
] as const;
export type StepStatus = (typeof stepStatuses)[number];

/** One step of a run as clients see it. */
export const stepViewSchema = z.strictObject({
  name: z.string(),
  status: z.enum(stepStatuses),
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  startedAt: instantSchema.nullable(),
  finishedAt: instantSchema.nullable(),
  /** Why it failed or was skipped, as a sentence. */
  error: z.string().nullable(),
  /** JSON value that a step with `"output": "json"` printed last. */
  result: z.string().optional(),
});
export type StepView = z.infer<typeof stepViewSchema>;

/** What the user gives a single run on its way; kept with the run, so that names of secrets are refused. */
export const runParametersSchema = z.strictObject({
  /** Added at the end of the first command that runs. */
  args: z.array(argumentSchema).max(1000, 'must be at most 1000').default([]),
  /** Added to the environment of every command. */
  env: envSchema.default({}),
});
export type RunParameters = z.output<typeof runParametersSchema>;

/** What a step would do if the job ran now: a dry run. */
export const plannedStepSchema = z.strictObject({
  name: z.string(),
  type: z.enum(['command', 'builtin', 'webhook']),
  when: z.enum(['success', 'failure', 'always']),
  /** The very words: program (its full path where it was found) and arguments; `POST URL`; or the action's name. */
  argv: z.array(z.string()),
  /** The words are one line for the system's shell, which may give some of them a meaning of their own. */
  shell: z.boolean(),
  cwd: z.string().nullable(),
  /** Names of all environment variables that the command would get; never their values. */
  env: z.array(z.string()),
  /** Why it could not be started as things are. */
  problem: z.string().nullable(),
});
export type PlannedStep = z.infer<typeof plannedStepSchema>;

/** One run as clients see it; for `missed` and `skipped` a run may stand for a whole gap of slots. */
export const runViewSchema = z.strictObject({
  id: z.string(),
  jobId: z.string(),
  jobName: z.string(),
  cause: z.enum(runCauses),
  /** The due instant that this run handles; null for manual and event runs. */
  slot: instantSchema.nullable(),
  /** When a queued run may start at the earliest (jitter, a retry); absent when nothing but its turn is waited for. */
  notBefore: instantSchema.optional(),
  status: z.enum(runStatuses),
  attempt: z.int(),
  createdAt: instantSchema,
  startedAt: instantSchema.nullable(),
  finishedAt: instantSchema.nullable(),
  reason: z.string().nullable(),
  /** Slots that this record stands for: how many, the first and the last. */
  gap: z.strictObject({ count: z.int(), first: instantSchema, last: instantSchema }).nullable(),
  /** What it was given on its way, if anything. */
  parameters: runParametersSchema.optional(),
  steps: z.array(stepViewSchema),
});
export type RunView = z.infer<typeof runViewSchema>;

/** A run that is stored and has not begun; it does not start before `notBefore`. */
export type QueuedRun = {
  runId: string;
  jobId: string;
  cause: RunCause;
  slot: Millis | null;
  createdAt: Millis;
  notBefore: Millis;
};

/** One about whose start is decided; `attempt` is above 1 for a retry. */
export type WaitingRun = Omit<QueuedRun, 'runId'> & { attempt: number };

/** What becomes of a waiting run: it starts, waits (`until` an instant, or null for as long as a pause lasts), or is dropped. */
export type StartDecision =
  | { do: 'go' }
  | { do: 'hold'; until: Millis | null }
  | { do: 'drop'; status: 'skipped' | 'missed'; reason: string };

/** Where a line of output came from; `belfry` marks Belfry's own remarks. */
export const outputStreams = ['stdout', 'stderr', 'belfry'] as const;
export type OutputStream = (typeof outputStreams)[number];

/** One line of a run's output; `seq` counts from 1 within the run. */
export const outputLineSchema = z.strictObject({
  runId: z.string(),
  seq: z.int(),
  step: z.int(),
  at: instantSchema,
  stream: z.enum(outputStreams),
  text: z.string(),
});
export type OutputLine = z.infer<typeof outputLineSchema>;
