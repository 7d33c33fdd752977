import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createApp } from '../../electron/app.ts';
import type { PostView, QueueView, SeriesDetails, SeriesView, Snippets } from '../../shared/index.ts';
import { temporaryHome } from '../support/home.ts';
import { plainHost } from '../support/plain-host.ts';
import { pngOf } from '../support/publishing.ts';
import { belfry, json } from './terminal.ts';

/** The whole engine with one account, and its command line. */
async function running() {
  const home = temporaryHome();
  const account = { network: 'mastodon', server: 'http://127.0.0.1:1', handle: '@ada', remoteId: '1' };
  const accounts = [
    { id: 'ada', ...account },
    { id: 'bob', ...account, remoteId: '2' },
  ];
  writeFileSync(join(home, 'config.json'), JSON.stringify({ settings: { timezone: 'UTC' }, accounts }));
  const engine = createApp(plainHost({ home }));
  await engine.start();
  onTestFinished(() => engine.stop({ drainMs: 0 }));
  const run = (line: string, input?: unknown) =>
    belfry(['--home', home, ...line.split(' ')], {
      folder: home,
      ...(input === undefined ? {} : { input: JSON.stringify(input) }),
    });
  const asJson = async <T>(line: string, input?: unknown): Promise<T> =>
    json(await run(`${line} --json`, input)) as T;
  return { home, run, asJson };
}

const weekly = {
  name: 'Weekly',
  rule: { type: 'calendar', unit: 'weeks', weekdays: ['mon'], at: '09:00' },
  timezone: 'Europe/Berlin',
  post: { text: 'Good morning', accounts: ['ada'] },
};

test('series: added, listed, shown, changed, skipped, paused, resumed, removed', async () => {
  const { home, run, asJson } = await running();
  expect((await run('series')).out).toBe('There are no series.\n');
  mkdirSync(join(home, 'pictures'));
  writeFileSync(join(home, 'pictures', 'sun.png'), pngOf(600, 600, 'sun'));
  const media = [{ path: 'pictures/sun.png', alt: 'The sun' }];
  const added = await asJson<SeriesView>('series add -', {
    ...weekly,
    post: { ...weekly.post, media },
  });
  expect(added).toMatchObject({ name: 'Weekly', status: 'active', timezone: 'Europe/Berlin', past: 0 });
  const { id } = added;
  const posts = await asJson<PostView[]>('posts');
  expect(posts).toHaveLength(2);
  expect(posts[0]).toMatchObject({ source: 'series', text: 'Good morning', media: [{ name: 'sun.png' }] });
  const shown = await asJson<SeriesDetails>(`series ${id}`);
  const [first, second] = shown.occurrences;
  expect(shown.occurrences.map(({ state }) => state)).toEqual([
    'made',
    'made',
    'planned',
    'planned',
    'planned',
  ]);
  expect((await run(`series ${id}`)).out).toContain(first?.at);

  expect((await run(`series skip ${id} ${first?.at}`)).out).toBe('Skipped.\n');
  expect(await asJson('posts')).toMatchObject([{ publishAt: second?.at }]);
  expect((await run(`series skip ${id} ${first?.at} --undo`)).out).toBe('Taken in again.\n');
  expect(await asJson<SeriesView>(`series pause ${id}`)).toMatchObject({ status: 'paused', next: null });
  expect(await asJson('posts')).toEqual([]);
  expect(await asJson<SeriesView>(`series resume ${id}`)).toMatchObject({ status: 'active' });
  // What `series show` gives can be changed and given back.
  const changed = { ...shown.series, post: { ...shown.series.post, text: 'Good evening' } };
  expect((await run(`series set ${id} -`, changed)).code).toBe(0);
  expect((await asJson<PostView[]>('posts')).map(({ text }) => text)).toEqual([
    'Good evening',
    'Good evening',
  ]);
  expect((await run(`series remove ${id} --keep-posts`)).out).toBe(`Removed the series ${id}.\n`);
  expect(await asJson('posts')).toHaveLength(2);
  expect(await run(`series ${id}`)).toMatchObject({ code: 5, err: expect.stringContaining('NOT_FOUND') });
});

test('series: every mistake is named', async () => {
  const { run } = await running();
  const bad = { ...weekly, rule: { ...weekly.rule, at: '25:00' }, colour: 'red' };
  const refused = await run('series add -', bad);
  expect(refused.code).toBe(2);
  expect(refused.err).toMatch(/rule\.at: must be a time of day.*colour: is not a known key/);
  const stranger = await run('series add -', { ...weekly, post: { text: 'x', accounts: ['eve'] } });
  expect(stranger.err).toContain('post.accounts[0]: names an unknown account "eve"');
});

test('queue: slots set, posts added to them, moved, shuffled, cleared', async () => {
  const { run, asJson } = await running();
  expect((await run('queue')).out).toBe('No account has weekly slots.\n');
  expect((await run('queue set ada mon,wed@09:00 fri@17:30 --timezone Europe/Berlin')).code).toBe(0);
  const add = (text: string) =>
    asJson<PostView>('posts add -', { text, accounts: ['ada'], publishAt: 'next-slot' });
  const [a, b] = [await add('a'), await add('b')];
  await add('c');
  const texts = (view: QueueView | undefined) => view?.upcoming.map(({ post }) => post?.text ?? '-').join('');
  const list = async () => (await asJson<QueueView[]>('queue list ada --limit 4'))[0];
  expect(texts(await list())).toBe('abc-');
  expect((await run('queue list ada --limit 4')).out).toMatch(
    // Times are in the zone of the heading, not in that of the terminal.
    /^ada, Europe\/Berlin\nTIME +POST +TEXT\n.* (?:09:00|17:30) GMT\+[12] /,
  );
  expect((await asJson<QueueView>(`queue move ada ${b.id} top`)).upcoming[0]?.post?.text).toBe('b');
  await run(`posts cancel ${a.id}`);
  expect(texts(await list())).toBe('b-c-');
  await run('queue shuffle ada');
  expect([...(texts(await list()) ?? '')].sort().join('')).toBe('--bc');
  expect((await run('queue clear ada')).out).toBe('ada has no weekly slots any more.\n');
  expect(await run('queue list ada')).toMatchObject({ code: 5 });
  expect(await run('queue set eve mon@09:00')).toMatchObject({
    code: 5,
    err: expect.stringContaining('eve'),
  });
  expect(await run('queue set ada funday@09:00')).toMatchObject({ code: 2 });
  expect(await run('queue set ada mon')).toMatchObject({ code: 2 });
  expect(await run('queue set ada mon@29:00')).toMatchObject({ code: 2 });
  const none = await run('posts add -', { text: 'x', accounts: ['bob'], publishAt: 'next-slot' });
  expect(none.err).toContain('accounts[0]: has no weekly slots; set some, such as: belfry queue set bob');
});

test('snippets: set, listed, filled, used in a post, removed', async () => {
  const { run, asJson } = await running();
  const given: Snippets = {
    texts: [{ id: 'news', text: '{title}\n{link} {hashtags:city}' }],
    hashtags: [{ id: 'city', tags: ['Philadelphia'] }],
  };
  expect((await run('snippets set -', given)).out).toBe('Set news, city.\n');
  expect(await asJson('snippets')).toEqual(given);
  const values = { title: 'Bridge', link: 'https://a.example/?a=b' };
  expect((await run('snippets fill news title=Bridge link=https://a.example/?a=b')).out).toBe(
    'Bridge\nhttps://a.example/?a=b #Philadelphia\n',
  );
  expect(await asJson('posts add -', { template: 'news', values, accounts: ['ada'] })).toMatchObject({
    text: 'Bridge\nhttps://a.example/?a=b #Philadelphia',
    status: 'draft',
  });
  const missing = await run('posts add -', { template: 'news', accounts: ['ada'] });
  expect(missing).toMatchObject({ code: 2 });
  expect(missing.err).toContain('values: needs a value for {title}; values: needs a value for {link}');
  expect((await run('snippets fill news title=x')).err).toContain('needs a value for {link}');
  expect((await run('snippets remove hashtags city')).code).toBe(0);
  expect((await run('snippets fill news title=x link=y')).err).toContain('unknown group of hashtags');
  expect(await run('snippets remove text city')).toMatchObject({ code: 5 });
});
