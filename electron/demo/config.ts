import type { ConfigInput } from '../../shared/index.ts';

/** Id of the demonstration's account in config.json. */
export const demoAccount = 'demo';
/** The pipeline that is run first of all. */
export const demoJob = 'town_news';

/** config.json of the demonstration: the feed pipeline on the network's own feed, every twenty seconds. */
export function demoConfig(of: { address: string; node: string }): ConfigInput {
  const step = (name: string, ...args: string[]) => ({
    type: 'command' as const,
    name,
    workspace: 'feed_pipeline',
    args,
  });
  return {
    settings: { secrets: 'key-file', settleSeconds: 5, spacingSeconds: 0, drainSeconds: 5 },
    workspaces: [{ id: 'feed_pipeline', cwd: 'feed-pipeline', command: [of.node, 'feed.mjs'] }],
    jobs: [
      {
        id: demoJob,
        name: 'Town news',
        description:
          'Reads the feed of a made-up town, drops what is known, and puts the news into the queue.',
        triggers: [{ type: 'interval', seconds: 20 }],
        steps: [
          step('Ingest', 'ingest', '--feed', `${of.address}/feed.xml`),
          step('Deduplicate', 'deduplicate'),
          { ...step('Draft', 'draft', '--accounts', demoAccount, '--every-minutes', '0'), output: 'posts' },
        ],
      },
      {
        id: 'weekly_look_back',
        name: 'Weekly look back',
        description: 'Every Friday afternoon; shown here for its schedule.',
        triggers: [{ type: 'cron', expression: '30 16 * * fri' }],
        steps: [step('Look back', 'deduplicate')],
      },
    ],
  };
}
