import { jobSchema, type Template, workspaceSchema } from '../../shared/index.ts';

/**
 * What is left of the PostFlow scheduler: its two jobs, publishing due posts every minute and refreshing tokens every
 * six hours, are built in. This brings posts over: a command of PostFlow's prints what is pending as JSON lines.
 */
export const postflow: Template = {
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
