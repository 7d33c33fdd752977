import { type Job, type JobInput, jobSchema, type Template, workspaceSchema } from '../../shared/index.ts';

/** The job that stands for the publisher: it has no schedule, for the publisher knows when a post is due. */
export const publishJob = {
  id: 'publish_due_posts',
  name: 'Publish due posts',
  step: 'Publish',
  schedule: 'When a post is due',
} as const;

/** Jobs that are a part of Belfry: they can be switched off, not changed or removed (design §3.4). */
export const builtinJobs: readonly Job[] = [
  {
    id: publishJob.id,
    name: publishJob.name,
    description: 'Publishes each post at its time, and looks up what got no answer.',
    triggers: [],
    timezone: 'UTC',
    coalesce: true,
    maxInstances: 1,
    timeoutSeconds: null,
    steps: [{ type: 'builtin' as const, name: publishJob.step, action: publishJob.id }],
  },
  {
    id: 'refresh_tokens',
    name: 'Refresh tokens',
    description: 'Renews access tokens early, and says which account needs its owner.',
    triggers: [
      { type: 'cron' as const, expression: '0 */6 * * *' },
      { type: 'event' as const, event: 'start' as const },
      { type: 'event' as const, event: 'wake' as const },
    ],
    timezone: 'UTC',
    coalesce: true,
    maxInstances: 1,
    steps: [{ type: 'builtin' as const, name: 'Refresh', action: 'refresh_tokens' as const }],
  },
].map((job) => jobSchema.parse(job));

/**
 * What is left of the PostFlow scheduler: its two jobs, publishing due posts and refreshing tokens every six hours, are
 * built in. This brings posts over: a command of PostFlow's prints what is pending as JSON lines.
 */
const postflow: Template = {
  id: 'postflow',
  name: 'PostFlow',
  description:
    'Takes pending posts out of PostFlow every five minutes and puts them into the queue. Publishing and token refresh are built into Belfry: switch them off in PostFlow first.',
  workspaces: [
    workspaceSchema.parse({ id: 'postflow', cwd: 'postflow', command: ['python', '-m', 'postflow'] }),
  ],
  jobs: [
    jobSchema.parse({
      id: 'postflow_import',
      name: 'Import from PostFlow',
      description: 'Each line that the command prints is a post as JSON.',
      enabled: false,
      triggers: [{ type: 'interval', minutes: 5 }],
      steps: [
        {
          type: 'command',
          name: 'Export',
          workspace: 'postflow',
          args: ['export-pending', '--json-lines'],
          output: 'posts',
        },
      ],
    }),
  ],
};

const command = (name: string, ...args: string[]) => ({
  type: 'command' as const,
  name,
  workspace: 'smm',
  args,
});

const jobs: JobInput[] = [
  {
    id: 'news_pipeline',
    name: 'News ingestion',
    description: 'Reads local news from Perplexity and drops what is known already.',
    triggers: [{ type: 'interval', hours: 3 }],
    steps: [
      command('Ingest', 'news-events', 'ingest-perplexity', '--topic', 'Philadelphia', '--count', '3'),
      command('Deduplicate', 'news-events', 'deduplicate'),
    ],
  },
  {
    id: 'trends_pipeline',
    name: 'Trends',
    description: 'Reads what is talked about.',
    triggers: [{ type: 'interval', hours: 3 }],
    steps: [command('Ingest', 'trends', 'ingest-perplexity', '--topic', 'Philadelphia', '--count', '3')],
  },
  {
    id: 'ungrounded_pipeline',
    name: 'Ungrounded ideas',
    description: 'Ideas for posts that need no news.',
    triggers: [{ type: 'interval', hours: 6 }],
    steps: [command('Generate', 'ungrounded', 'generate', '--count', '3')],
  },
  {
    id: 'planning_pipeline',
    name: 'Planning',
    description: 'Every night: what worked, what to post, and the posts themselves.',
    triggers: [{ type: 'cron', expression: '0 2 * * *' }],
    timeoutSeconds: 7200,
    steps: [
      command('Insights', 'insights', 'run'),
      command('Planner', 'planner', 'run', '--max-retries', '3'),
      command('Content creation', 'content-creation', 'run'),
    ],
  },
  {
    id: 'facebook_publishing',
    name: 'Facebook publishing',
    description: 'Publishes what was created for Facebook.',
    triggers: [{ type: 'interval', hours: 2 }],
    steps: [command('Publish', 'publishing', 'facebook')],
  },
  {
    id: 'instagram_publishing',
    name: 'Instagram publishing',
    description: 'Publishes what was created for Instagram, one hour apart from Facebook.',
    triggers: [{ type: 'interval', hours: 2, offset: { hours: 1 } }],
    steps: [command('Publish', 'publishing', 'instagram')],
  },
];

/** The Social Media Manager's six pipelines; disabled until its workspace is set (design §3.4). */
const contentPipeline: Template = {
  id: 'content-pipeline',
  name: 'Content pipeline',
  description:
    'The six pipelines of the Social Media Manager: news, trends, ideas, planning, Facebook and Instagram. Set the folder of the workspace "smm", then switch the jobs on.',
  workspaces: [
    workspaceSchema.parse({
      id: 'smm',
      cwd: 'social-media-manager',
      command: ['python', '-m', 'backend.cli.main'],
    }),
  ],
  jobs: jobs.map((job) => jobSchema.parse({ ...job, enabled: false })),
};

/** Ready-made sets of jobs, offered in an empty window and by `belfry jobs templates`. */
export const templates: readonly Template[] = [contentPipeline, postflow];
