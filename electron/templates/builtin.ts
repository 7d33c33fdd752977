import { type Job, jobSchema } from '../../shared/index.ts';

/** Jobs that are a part of Belfry: they can be switched off, not changed or removed (design §3.4). */
export const builtinJobs: readonly Job[] = [
  {
    id: 'publish_due_posts',
    name: 'Publish due posts',
    description: 'Publishes what is due, and looks up what got no answer.',
    triggers: [{ type: 'cron' as const, expression: '* * * * *' }],
    timezone: 'UTC',
    coalesce: true,
    maxInstances: 1,
    timeoutSeconds: null,
    steps: [{ type: 'builtin' as const, name: 'Publish', action: 'publish_due_posts' as const }],
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
