import type { ConfigInput } from '../../shared/index.ts';

/** Headlines of the demonstration; after the last one they come round again with their number. */
const stories = [
  [
    'The bell of the old town rings on time again',
    'After three silent weeks the clockmaker found a swallow nest in the striking train.',
    'belfry-morning.png',
    'A belfry in morning light above the roofs of a small town',
  ],
  [
    'Night walk through the lanes',
    'Lanterns, stories and a view from the tower: every Friday until spring.',
    'belfry-night.png',
    'A belfry at night under stars, one window lit',
  ],
  [
    'Market day moves to the square',
    'More room for growers, cheese and the brass band.',
    'belfry-dusk.png',
    'A belfry at dusk before an orange sky',
  ],
  [
    'A library for tools opens',
    'Borrow a ladder, return it on Saturday: forty neighbours have joined.',
    'belfry-morning.png',
    'A belfry in morning light above the roofs of a small town',
  ],
  [
    'The river path is open to the mill',
    'New planks, old willows, and a bench every half mile.',
    'belfry-dusk.png',
    'A belfry at dusk before an orange sky',
  ],
] as const;

/** An RSS 2.0 feed with `count` entries, newest first, one every `everyMs` since `startedAt`, each with a picture. */
export function sampleFeed(of: {
  address: string;
  startedAt: number;
  everyMs: number;
  count: number;
}): string {
  const items = Array.from({ length: of.count }, (_, index) => item(of, index)).reverse();
  return `<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel>
<title>News of a small town</title><link>${of.address}/</link><description>Made up for Belfry's demonstration</description>
${items.slice(0, 20).join('\n')}
</channel></rss>
`;
}

function item(
  { address, startedAt, everyMs }: { address: string; startedAt: number; everyMs: number },
  index: number,
): string {
  const [title, summary, picture, alt] = stories[index % stories.length] ?? stories[0];
  const round = Math.floor(index / stories.length);
  const heading = round === 0 ? title : `${title} (part ${round + 1})`;
  return `<item><guid isPermaLink="false">story-${startedAt}-${index}</guid><title>${heading}</title><link>${address}/stories/${index + 1}</link>
<description>${summary}</description><pubDate>${new Date(startedAt + index * everyMs).toUTCString()}</pubDate>
<media:content url="${address}/feed/${picture}" medium="image" type="image/png"><media:description>${alt}</media:description></media:content></item>`;
}

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
