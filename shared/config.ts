import { z } from 'zod';
import { accountSchema } from './account.ts';
import { idSchema, timezoneSchema } from './basics.ts';
import { jobSchema, workspaceSchema } from './job.ts';
import { fitSchema } from './media-host.ts';
import { queueSchema } from './queue.ts';
import { snippetsSchema } from './snippet.ts';

const fields = {
  /** Start Belfry, hidden, when the user signs in to the computer. */
  launchAtLogin: z.boolean(),
  /** light, dark, or as the system says. */
  theme: z.enum(['system', 'light', 'dark'], 'must be system, light or dark'),
  /** Zone of jobs without one of their own; null = the zone of this machine. */
  timezone: timezoneSchema.nullable(),
  /** A post later than this is `missed` instead of published. */
  lateLimitHours: z.number().min(0, 'must not be negative').max(8760, 'must be at most a year'),
  /** Seconds between two late posts of one account. */
  spacingSeconds: z.number().min(0, 'must not be negative').max(86_400, 'must be at most a day'),
  /** Seconds to wait before looking up a request without answer (networks.md §5: about 60). */
  settleSeconds: z.number().min(1, 'must be at least 1').max(3600, 'must be at most 3600'),
  /** PATH for commands; null = the login shell's. */
  path: z.string().nullable(),
  /** `os`: the system's key store only. `key-file`: a key in the home folder, readable by this user only. */
  secrets: z.enum(['os', 'key-file'], 'must be os or key-file'),
  /** Output kept per run, in MiB; the middle of a longer output is cut. */
  outputLimitMiB: z.number().min(1, 'must be at least 1').max(1024, 'must be at most 1024'),
  /** Days that runs are kept; null = for ever. The last run of each job is always kept. */
  keepRunsDays: z.number().min(1, 'must be at least 1').max(36_500, 'must be at most a century').nullable(),
  /** Runs kept of each job; null = all. */
  keepRunsPerJob: z.int().min(1, 'must be at least 1').max(1_000_000, 'must be at most 1000000').nullable(),
  /** Size of the database, in MiB, above which the oldest output goes; null = no limit. */
  keepDatabaseMiB: z
    .number()
    .min(50, 'must be at least 50')
    .max(1_000_000, 'must be at most 1000000')
    .nullable(),
  /** What becomes of a picture whose shape a network does not take; an account may say otherwise. */
  mediaFit: fitSchema,
  /** Take the place where a picture or film was made out of what is sent; the file as it was added stays as it is. */
  stripLocation: z.boolean(),
  /** Folders that media may come from, with everything below them; null = anywhere that can be read. */
  mediaFolders: z.array(z.string().min(1, 'must name a folder')).nullable(),
  /** Days that Belfry's copies of media are kept once their post is done with; null = for ever. */
  keepMediaDays: z.number().min(1, 'must be at least 1').max(36_500, 'must be at most a century').nullable(),
  /** A check says so when an account posts the same text twice within so many hours; 0 = never. */
  sameTextHours: z.number().min(0, 'must not be negative').max(8760, 'must be at most a year'),
  /** A check says so when two posts of an account are closer than so many minutes; 0 = never. */
  closePostMinutes: z.number().min(0, 'must not be negative').max(1440, 'must be at most a day'),
  /** Seconds that running jobs get to end when Belfry quits, before their processes are ended. */
  drainSeconds: z.number().min(0, 'must not be negative').max(3600, 'must be at most 3600'),
  /** Ids of built-in jobs that are switched off. */
  disabledBuiltins: z.array(idSchema),
};

/** Settings of the application as a whole. */
export const settingsSchema = z.strictObject({
  launchAtLogin: fields.launchAtLogin.default(false),
  theme: fields.theme.default('system'),
  timezone: fields.timezone.default(null),
  lateLimitHours: fields.lateLimitHours.default(24),
  spacingSeconds: fields.spacingSeconds.default(60),
  settleSeconds: fields.settleSeconds.default(60),
  path: fields.path.default(null),
  secrets: fields.secrets.default('os'),
  outputLimitMiB: fields.outputLimitMiB.default(10),
  keepRunsDays: fields.keepRunsDays.default(90),
  keepRunsPerJob: fields.keepRunsPerJob.default(1000),
  keepDatabaseMiB: fields.keepDatabaseMiB.default(2048),
  mediaFit: fields.mediaFit.default('refuse'),
  stripLocation: fields.stripLocation.default(true),
  mediaFolders: fields.mediaFolders.default(null),
  keepMediaDays: fields.keepMediaDays.default(30),
  sameTextHours: fields.sameTextHours.default(72),
  closePostMinutes: fields.closePostMinutes.default(5),
  drainSeconds: fields.drainSeconds.default(20),
  disabledBuiltins: fields.disabledBuiltins.default([]),
});
/** Some settings to change; what is left out stays as it is. */
export const settingsPatchSchema = z.strictObject(fields).partial();
export type Settings = z.output<typeof settingsSchema>;

/** The form of config.json that this program reads; raised when it gets keys that an older program must not ignore. */
export const configFormat = 1;

/** config.json: read and edited by people, kept in git. */
export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  /** Form of the file; left out = 1. */
  version: z.int().min(1, 'must be at least 1').max(configFormat, 'is not known').optional(),
  settings: settingsSchema.prefault({}),
  workspaces: z.array(workspaceSchema).default([]),
  jobs: z.array(jobSchema).default([]),
  accounts: z.array(accountSchema).default([]),
  /** Weekly slots, by account. */
  queues: z.array(queueSchema).default([]),
  ...snippetsSchema.shape,
});
/** The configuration with every default filled in. */
export type Config = z.output<typeof configSchema>;
/** The configuration as it stands on disk. */
export type ConfigInput = z.input<typeof configSchema>;

/** Names in lists that must not occur twice, as `jobs[3].id`-style paths of the second one. */
export function duplicateIds(config: Config): { field: string; id: string }[] {
  const { workspaces, jobs, accounts, texts, hashtags, queues } = config;
  const named = Object.entries({ workspaces, jobs, accounts, texts, hashtags }).map(
    ([name, list]) => [name, 'id', list.map(({ id }) => id)] as const,
  );
  const lists = [...named, ['queues', 'account', queues.map(({ account }) => account)] as const];
  return lists.flatMap(([name, key, ids]) =>
    ids.flatMap((id, index) => (ids.indexOf(id) < index ? [{ field: `${name}[${index}].${key}`, id }] : [])),
  );
}
