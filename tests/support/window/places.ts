import { type RunView, runStatuses, seriesInputSchema, targetStatuses } from '../../../shared/index.ts';
import { sampleAccount, sampleJob, sampleLine, samplePost, sampleRun, sampleTarget } from './sample.ts';
import { type World, world } from './world.ts';

const always = ['#/', '#/jobs', '#/new-job', '#/templates', '#/workspaces', '#/runs', '#/output'];
const more = ['#/posts', '#/calendar', '#/new-post', '#/plans', '#/new-series', '#/queues', '#/snippets'];
const last = ['#/accounts', '#/new-account', '#/sign-in/gone', '#/settings'];
const ofThings = ['#/jobs/news', '#/jobs/news/edit', '#/runs/live', '#/runs/failed', '#/posts/bad'];
const ofPlans = ['#/posts?show=needs-you', '#/plans/s1', '#/plans/s1/edit'];

/** Addresses of all pages: those of an empty Belfry, or with those of the things in `crowdedWorld`. */
export function placesOf(kind: 'full' | 'empty'): string[] {
  const everywhere = [...always, ...more, ...last];
  return kind === 'empty' ? everywhere : [...everywhere, ...ofThings, ...ofPlans];
}

/** A world with something of everything, in every state. */
export function crowdedWorld(): World {
  const now = Date.now();
  const at = (minutes: number) => new Date(now + minutes * 60_000).toISOString();
  const news = sampleJob({ id: 'news', name: 'News', description: 'What happened' });
  const error = { code: 'NEEDS_PERSON', message: 'NEEDS_PERSON: Nobody knows, in x. Why. Look.' } as const;
  const step: RunView['steps'][number] = {
    name: 'Analyse',
    status: 'failed',
    exitCode: 1,
    signal: null,
    startedAt: at(-5),
    finishedAt: at(-4),
    error: 'INTERNAL: It ended with 1, in the step. Why. Look at its output.',
  };
  const runs = [
    sampleRun({ id: 'live', jobId: 'news', status: 'running', createdAt: at(-3), finishedAt: null }),
    sampleRun({ id: 'failed', jobId: 'news', status: 'failed', createdAt: at(-5), steps: [step] }),
    ...runStatuses.map((status, index) =>
      sampleRun({ id: `run-${status}`, jobId: 'news', status, createdAt: at(-10 - index), reason: 'Why.' }),
    ),
  ];
  const posts = [
    samplePost({ id: 'one', publishAt: at(30), tags: ['town'] }),
    samplePost({
      id: 'bad',
      contentWarning: 'Careful',
      targets: [sampleTarget({ account: 'ada', status: 'unconfirmed', error })],
    }),
    ...targetStatuses.map((status, index) =>
      samplePost({
        id: `post-${status}`,
        publishAt: at(60 * (index - 4)),
        targets: [sampleTarget({ account: 'ada', status, error: status === 'failed' ? error : null })],
      }),
    ),
  ];
  const series = seriesInputSchema.parse({
    name: 'Opening days',
    rule: { type: 'calendar', unit: 'weeks', at: '09:00', weekdays: ['mon'], from: '2026-11-16' },
    timezone: 'America/New_York',
    post: { text: 'Open on {date}', values: {}, accounts: ['ada'] },
  });
  return world({
    paused: true,
    demo: true,
    jobs: [news, sampleJob({ id: 'off', name: 'Off', enabled: false })],
    runs,
    output: new Map([
      ['live', [1, 2, 3].map((seq) => sampleLine({ runId: 'live', seq, text: `\x1b[3${seq}mline ${seq}` }))],
      ['failed', [sampleLine({ runId: 'failed', seq: 1, text: 'no', stream: 'stderr' })]],
    ]),
    posts,
    accounts: [
      sampleAccount({ id: 'ada' }),
      sampleAccount({ id: 'bob', status: 'sign-in-needed', reason: 'The token was refused.' }),
      sampleAccount({
        id: 'gazette',
        network: 'instagram',
        server: 'https://graph.instagram.com',
        handle: '@town.gazette',
        tokenExpiresAt: at(60 * 24 * 40),
      }),
    ],
    series: new Map([
      [
        's1',
        {
          series,
          view: {
            id: 's1',
            name: series.name,
            status: 'active',
            schedule: 'Every week on Monday at 09:00',
            timezone: 'America/New_York',
            accounts: ['ada', 'bob'],
            next: at(3000),
            past: 3,
            problem: error,
          },
          occurrences: (['made', 'edited', 'skipped', 'planned'] as const).map((state, index) => ({
            at: at(3000 * (index + 1)),
            state,
            post: state === 'made' ? { id: 'one', status: 'queued' as const } : null,
          })),
          gaps: [{ at: at(-9), count: 2, first: at(-900), last: at(-90), reason: 'The series was paused' }],
        },
      ],
    ]),
    queues: new Map([
      [
        'ada',
        {
          account: 'ada',
          known: true,
          timezone: 'America/New_York',
          slots: [{ days: ['mon'], at: '09:00' }],
          later: 0,
          upcoming: posts
            .slice(0, 3)
            .map((post, index) => ({ at: at(600 * (index + 1)), slot: index !== 1, post })),
        },
      ],
    ]),
    snippets: {
      texts: [{ id: 'weekly', text: '{title} {hashtags:town}' }],
      hashtags: [{ id: 'town', tags: ['news'] }],
    },
    workspaces: [{ id: 'smm', cwd: '/srv', command: ['python'], env: {} }],
    templates: [{ id: 't', name: 'Feed', description: 'A feed', jobs: [news], workspaces: [] }],
    warnings: [{ code: 'BAD_CONFIG', message: 'BAD_CONFIG: A mistake, in config.json. Why. Correct it.' }],
  });
}
