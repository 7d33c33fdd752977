import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BelfryError } from '../../shared/index.ts';
import { temporaryHome } from '../support/home.ts';
import { sampleTarget } from '../support/window/sample.ts';
import { memory, postView, runView, serve } from './engine.ts';
import { news, running, step, trends } from './running.ts';
import { belfry, json } from './terminal.ts';

test('jobs: add one, add a list from standard input, show, disable, set, remove', async () => {
  const { home, run, jobs } = await running();
  writeFileSync(join(home, 'news.json'), JSON.stringify(news));
  expect(json(await run(['jobs', 'add', 'news.json', '--json']))).toMatchObject({
    id: 'news',
    enabled: true,
  });
  const list = await run(
    ['jobs', 'add', '-', '--json'],
    JSON.stringify([trends, { ...trends, id: 'ideas' }]),
  );
  expect(json(list)).toMatchObject([{ id: 'trends' }, { id: 'ideas' }]);
  expect(json(await run(['jobs', '--json', '--limit', '2']))).toHaveLength(2);
  expect(json(await run(['jobs', 'news', '--json']))).toMatchObject({ job: news, view: { id: 'news' } });
  expect((await run(['jobs', 'show', 'news'])).out).toContain('1. Say');
  expect((await run(['jobs', 'disable', 'news'])).out).toBe('Disabled the job news.\n');
  expect(jobs.get('news')?.enabled).toBe(false);
  const renamed = await run(
    ['jobs', 'set', 'news', '-', '--json'],
    JSON.stringify([{ ...news, name: 'Latest' }]),
  );
  expect(json(renamed)).toMatchObject({ name: 'Latest' });
  expect((await run(['jobs', 'remove', 'news'])).code).toBe(0);
  const gone = await run(['jobs', 'show', 'news', '--json']);
  expect(gone.code).toBe(5);
  expect(json(gone)).toMatchObject({ error: { code: 'NOT_FOUND' } });
  expect((await run(['jobs'])).out).toMatch(/^ID +STATE +SCHEDULE +NEXT +LAST\ntrends +on /);
});

test('a list of jobs is added whole or not at all, and every mistake is named with its field', async () => {
  const { run, jobs } = await running();
  await run(['jobs', 'add', '-'], JSON.stringify(news));
  const bad = await run(
    ['jobs', 'add', '-', '--json'],
    JSON.stringify([trends, { id: 'X', steps: [step], tiggers: [] }]),
  );
  expect(bad.code).toBe(2);
  expect(json(bad)).toMatchObject({
    error: {
      code: 'BAD_INPUT',
      details: expect.arrayContaining([
        expect.objectContaining({ field: '[1].id' }),
        expect.objectContaining({ field: '[1].name' }),
        { field: '[1].tiggers', message: 'is not a known key; did you mean "triggers"?' },
      ]),
    },
  });
  const twice = await run(['jobs', 'add', '-'], JSON.stringify([trends, trends]));
  expect(twice.err).toContain('[1].id: "trends" is there twice');
  const taken = await run(['jobs', 'add', '-'], JSON.stringify([trends, news]));
  expect(taken.err).toContain('[1].id: "news" exists');
  const odd = { ...trends, triggers: [{ type: 'cron', expression: '0 25 * * *' }] };
  const never = await run(['jobs', 'add', '-'], JSON.stringify([{ ...trends, id: 'fine' }, odd]));
  expect(never.err).toContain('[1].triggers[0].expression');
  expect([...jobs.keys()]).toEqual(['news']);
  const many = await run(['jobs', 'set', 'news', '-'], JSON.stringify([news, trends]));
  expect(many).toMatchObject({ code: 2 });
});

test('run-job without --wait says which run it is; --from-step is passed on', async () => {
  const { run } = await running();
  await run(['jobs', 'add', '-'], JSON.stringify(news));
  expect((await run(['run-job', 'news'])).out).toBe(
    'News is running as run run-1; see belfry logs run-1 --follow\n',
  );
  const from = await run(['run-job', 'news', '--from-step', '2', '--json']);
  expect(json(from)).toMatchObject({ id: 'run-2', reason: 'from step 2' });
  expect((await run(['run-job', 'nwes'])).code).toBe(5);
});

test('runs: filters, one run, and its reason in words', async () => {
  const { run, runs } = await running();
  runs.set(
    'a',
    runView('a', {
      status: 'failed',
      reason: 'Step "Say" ended with exit code 3',
      finishedAt: '2026-11-22T09:00:05.000Z',
    }),
  );
  runs.set(
    'b',
    runView('b', {
      status: 'missed',
      jobId: 'trends',
      gap: { count: 3, first: '2026-11-21T09:00:00.000Z', last: '2026-11-21T15:00:00.000Z' },
    }),
  );
  expect(json(await run(['runs', '--status', 'missed', '--json']))).toMatchObject([{ id: 'b' }]);
  expect(json(await run(['runs', '--job', 'news', '--json']))).toMatchObject([{ id: 'a' }]);
  expect((await run(['runs'])).out).toContain('failed  manual  today 09:00 UTC (now)  5 s');
  const one = await run(['runs', 'b']);
  expect(one.out).toContain('Missed slots  3, from yesterday 09:00');
  expect((await run(['runs', 'c'])).code).toBe(5);
});

test('logs: the last lines, a search, and whose they are', async () => {
  const { run, lines } = await running();
  for (let seq = 1; seq <= 5; seq += 1)
    lines.push({
      runId: 'a',
      seq,
      step: 0,
      at: '2026-11-22T09:00:00.000Z',
      stream: 'stdout',
      text: `line ${seq}\u001b[2J`,
    });
  expect((await run(['logs', 'a', '--limit', '2'])).out).toBe('09:00:00 UTC line 4\n09:00:00 UTC line 5\n');
  expect((await run(['logs', '--search', 'LINE 3'])).out).toBe('09:00:00 UTC a line 3\n');
  expect(json(await run(['logs', 'a', '--json']))).toHaveLength(5);
  expect((await run(['logs', 'nothing'])).out).toBe('');
});

test('posts: added with paths made absolute, listed, shown, settled', async () => {
  const { home, run, posted, posts } = await running();
  mkdirSync(join(home, 'sub'));
  const post = {
    text: 'Hello',
    accounts: ['ada'],
    media: [{ path: 'a.png', alt: 'A' }],
    thread: [{ text: 'more', media: [{ path: '/b.png' }] }],
  };
  writeFileSync(join(home, 'sub', 'post.json'), JSON.stringify(post));
  expect(json(await run(['posts', 'add', 'sub/post.json', '--json']))).toMatchObject({ id: 'post-1' });
  expect(posted[0]?.media[0]?.path).toBe(join(home, 'sub', 'a.png'));
  expect(posted[0]?.thread[0]?.media[0]?.path).toBe('/b.png');
  expect(json(await run(['posts', 'add', '-', '--json'], JSON.stringify([post, post])))).toHaveLength(2);
  const blank = await run(['posts', 'add', '-'], JSON.stringify([post, { text: '  ', accounts: ['ada'] }]));
  expect(blank.err).toContain('[1].text: must have text or media');
  expect(posted).toHaveLength(3);
  expect(json(await run(['posts', '--limit', '1', '--json']))).toHaveLength(1);
  expect(json(await run(['posts', '--count', '--json']))).toEqual({ count: 3, more: false });
  expect((await run(['posts', '--count', '--status', 'missed'])).out).toBe('0\n');
  expect(await run(['posts', '--count', '--soonest'])).toMatchObject({ code: 2 });
  expect(json(await run(['posts', 'cancel', 'post-1', '--json']))).toMatchObject({ status: 'cancelled' });

  const target = sampleTarget({ account: 'ada', status: 'unconfirmed' });
  posts.set('u', postView('u', { targets: [target, { ...target, account: 'bob', status: 'published' }] }));
  expect(json(await run(['posts', 'settle', 'u', '--published', '--json']))).toMatchObject({
    status: 'published',
    note: 'ada',
  });
  posts.set('u', postView('u', { targets: [target, { ...target, account: 'bob' }] }));
  expect((await run(['posts', 'settle', 'u', '--published'])).err).toContain('Name one with --account');
  expect(
    json(await run(['posts', 'settle', 'u', '--not-published', '--account', 'bob', '--json'])),
  ).toMatchObject({ status: 'queued', note: 'bob' });

  const out = sampleTarget({ account: 'ada', status: 'published', differs: ['alt text missing'] });
  const unseen = { ...out, account: 'bob', differs: [], notCompared: 'The account was removed' };
  posts.set('d', postView('d', { targets: [out, unseen] }));
  const { out: shown } = await run(['posts', 'show', 'd']);
  expect(shown).toContain('published, differs: alt text missing');
  expect(shown).toContain('published, could not be compared: The account was removed');
});

test('when the engine refuses the second of two posts, it is said that the first was added', async () => {
  const kept = memory();
  const refuse = new BelfryError({ code: 'NOT_FOUND', what: 'a', where: 'b', why: 'c', remedy: 'd' });
  const served = await serve({
    ...kept.handlers,
    'posts.add': async () => {
      if (kept.posts.size > 0) throw refuse;
      const post = postView('first');
      kept.posts.set('first', post);
      return post;
    },
  });
  const post = { text: 'Hello', accounts: ['ada'] };
  const args = ['--home', served.home, '--json', 'posts', 'add', '-'];
  const result = await belfry(args, { input: JSON.stringify([post, post]) });
  expect(result).toMatchObject({ code: 5, err: 'Added before this (1 of 2): first\n' });
  expect(json(result)).toEqual({ error: refuse.toWire() });
});

test('accounts add takes the token from standard input and never prints it', async () => {
  const { run, tokens } = await running();
  const added = await run(['accounts', 'add', 'mastodon', 'https://m.example', '--id', 'me'], 'top-secret\n');
  expect(added.code).toBe(0);
  expect(added.out + added.err).not.toContain('top-secret');
  expect(tokens).toEqual([
    { id: 'me', network: 'mastodon', server: 'https://m.example', token: 'top-secret' },
  ]);
  const empty = await run(['accounts', 'add', 'mastodon', 'm.example'], '');
  expect(empty.code).toBe(2);
  expect(empty.err).toMatch(/server: must be an http\(s\) address/);
  expect(empty.err).toMatch(/token: must not be empty/);
});

test('settings are shown and set; values are JSON where they can be', async () => {
  const { run } = await running();
  const set = await run(['settings', 'set', 'theme=dark', 'lateLimitHours=12', 'timezone=null', '--json']);
  expect(json(set)).toMatchObject({ theme: 'dark', lateLimitHours: 12, timezone: null });
  expect((await run(['settings'])).out).toContain('theme');
  expect((await run(['settings', 'set', 'lateLimitHours=-1'])).code).toBe(2);
});

test('no token is asked for when there is no engine to take it', async () => {
  let asked = false;
  const args = ['--home', temporaryHome(), 'accounts', 'add', 'mastodon', 'https://m.example'];
  const readSecret = async () => {
    asked = true;
    return 'top-secret';
  };
  expect((await belfry(args, { readSecret })).code).toBe(4);
  expect(asked).toBe(false);
});
