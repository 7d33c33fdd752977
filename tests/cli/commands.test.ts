import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { BelfryError } from '../../shared/index.ts';
import { status } from '../api/world.ts';
import { temporaryHome } from '../support/home.ts';
import { sampleTarget } from '../support/window/sample.ts';
import { memory, postView, runView, serve } from './engine.ts';
import { belfry, json } from './terminal.ts';

const step = { type: 'command', name: 'Say', command: ['echo', 'hi'] };
const news = { id: 'news', name: 'News', steps: [step] };
const trends = { id: 'trends', name: 'Trends', steps: [step] };

/** A running engine, and its command line. */
async function running() {
  const kept = memory();
  const served = await serve(kept.handlers, {
    'host.link': async () => ({ url: 'http://127.0.0.1:1/#code=c' }),
    'host.address': async () => ({ url: 'http://127.0.0.1:1' }),
  });
  const run = (args: string[], input: string | Uint8Array = '') =>
    belfry(['--home', served.home, ...args], { input, folder: served.home });
  return { ...kept, ...served, run };
}

test.each([
  [['jobs', '--bogus'], /Unknown option '--bogus', on the command line\./],
  [['jbos'], /Unknown command 'jbos', .*Did you mean jobs\?/],
  [['jobs', 'remove'], /Missing required argument 'id'.*See `belfry jobs --help`/],
  [['jobs', 'remove', 'a', 'b'], /Too many arguments for 'remove'/],
  [['runs', '--limit', 'many'], /must be a whole number from 1 to 10000/],
  [['runs', '--limit', '0'], /must be a whole number/],
  [['runs', '--status', 'sucess'], /Did you mean success\?/],
  [['posts', 'list', '--status', 'done'], /one of draft, queued/],
  [['accounts', 'add', 'twitter', 'https://x.example'], /one of mastodon, pixelfed/],
  [['run', '--log', 'xml'], /Allowed choices are text, json/],
  [['run', '--port', '70000'], /whole number from 0 to 65535/],
  [['next'], /Nothing is asked about/],
  [['next', 'a', '--trigger', '{}'], /Two things are asked about/],
  [['posts', 'settle', 'p'], /Exactly one of --published and --not-published/],
  [['posts', 'settle', 'p', '--published', '--not-published'], /Exactly one/],
  [['settings', 'set', 'theme'], /"theme" is not of the form NAME=VALUE/],
  [['settings', 'set', 'theem=dark'], /theem: is not a known key; did you mean "theme"\?/],
  [['--json'], /There is no command/],
])('%j is exit code 2, in the one error form', async (args, message) => {
  const home = temporaryHome();
  const plain = await belfry(['--home', home, ...args.filter((arg) => arg !== '--json')]);
  if (!args.includes('--json')) {
    expect(plain).toMatchObject({ code: 2, out: '' });
    expect(plain.err).toMatch(message);
    expect(plain.err).toMatch(/^BAD_INPUT: .+, .+\. .+[.?] .+\.\n/);
  }
  const asJson = await belfry(['--home', home, ...args, '--json']);
  expect(asJson).toMatchObject({ code: 2, err: '' });
  expect(json(asJson)).toEqual({
    error: expect.objectContaining({ code: 'BAD_INPUT', message: expect.stringMatching(message) }),
  });
});

test('no engine is exit code 4 for every command that needs one', async () => {
  const home = temporaryHome();
  for (const args of [
    ['status'],
    ['start'],
    ['jobs'],
    ['runs', 'r1'],
    ['logs'],
    ['logs', '--follow'],
    ['logs', 'a', '--follow'],
    ['run-job', 'a', '--wait'],
    ['posts'],
    ['accounts'],
    ['quit'],
  ]) {
    const result = await belfry(['--home', home, '--json', ...args]);
    expect(result.code, args.join(' ')).toBe(4);
    expect(json(result)).toMatchObject({ error: { code: 'NOT_RUNNING' } });
  }
  const words = await belfry(['--home', home, 'status']);
  expect(words.err).toMatch(/^NOT_RUNNING: Belfry is not running, at .* Start it with `belfry run`/);
});

test('the home comes from --home, else BELFRY_HOME, wherever the option stands', async () => {
  const { home } = await running();
  expect((await belfry(['status', '--home', home])).code).toBe(0);
  expect((await belfry(['status'], { env: { BELFRY_HOME: home } })).code).toBe(0);
  expect((await belfry(['--home', temporaryHome(), 'status'], { env: { BELFRY_HOME: home } })).code).toBe(4);
});

test('~ is expanded in --home and BELFRY_HOME; an empty --home is refused', async () => {
  const { home } = await running();
  const env = { HOME: dirname(home) };
  const name = `~/${basename(home)}`;
  expect((await belfry([`--home=${name}`, 'status'], { env })).code).toBe(0);
  expect((await belfry(['status'], { env: { ...env, BELFRY_HOME: name } })).code).toBe(0);
  for (const empty of ['', ' ']) {
    const refused = await belfry(['--home', empty, 'status'], { folder: home });
    expect([refused.code, refused.err]).toEqual([
      2,
      expect.stringMatching(/^BAD_INPUT: No home folder is named, in --home\. It is empty/),
    ]);
  }
});

test('status in words and as JSON; stop and start', async () => {
  const { run } = await running();
  const words = await run(['status']);
  expect(words.out).toContain('Belfry     0.1.0, headless, pid 4711');
  expect(words.out).toContain('Scheduler  running');
  expect(words.out).toContain('Window     http://127.0.0.1:1 (`belfry link` prints a link that opens it)');
  expect(words.out).not.toContain('#code');
  await run(['stop']);
  const result = await run(['status', '--json']);
  expect(json(result)).toMatchObject({ scheduler: 'paused', version: '0.1.0', running: [], next: null });
  expect(result.out).not.toContain('#code');
  await run(['start']);
  expect(json(await run(['status', '--json']))).toMatchObject({ scheduler: 'running' });
  expect(json(await run(['link', '--json']))).toEqual({ url: 'http://127.0.0.1:1/#code=c' });
});

test('status says when something keeps the engine from its work, and ends with 1', async () => {
  const trouble = [
    { code: 'DATABASE_UNUSABLE', message: 'DATABASE_UNUSABLE: Full, here. Why. What.' },
  ] as const;
  const running = Array.from({ length: 1000 }, (_, n) => ({
    runId: `r${n}`,
    jobId: `j${n}`,
    name: `Job ${n}`,
    startedAt: null,
  }));
  const sick = { ...status, warnings: [...trouble], trouble: [...trouble], running };
  const { home } = await serve({ 'status.get': async () => sick });
  const result = await belfry(['--home', home, 'status']);
  expect(result.code).toBe(1);
  expect(result.out).toMatch(/^Health {5}in trouble, see below$/m);
  expect(result.out).toMatch(/^Running {4}Job 0, Job 1, Job 2, Job 3, Job 4 and 995 more$/m);
  expect(result.out).toMatch(/^! DATABASE_UNUSABLE: Full/m);
  expect((await belfry(['--home', home, '--json', 'status'])).code).toBe(1);
});

test('status ends with 7 while something waits for the user, and says what to do about each account', async () => {
  const waiting = {
    ...status,
    counts: { ...status.counts, queuedPosts: 4, accountsNeedYou: 1, waitingPosts: 3 },
    accounts: [
      {
        id: 'ada',
        handle: '@ada@m.example',
        status: 'sign-in-needed' as const,
        reason: 'The token was revoked.',
        posts: 3,
      },
    ],
  };
  const { home } = await serve({ 'status.get': async () => waiting });
  const result = await belfry(['--home', home, 'status']);
  expect(result.code).toBe(7);
  expect(result.out).toMatch(/^Posts {6}4 queued, 3 of them wait for an account$/m);
  expect(result.out).toContain(
    '! @ada@m.example: sign-in-needed, 3 posts waiting. The token was revoked. Run: belfry accounts reconnect ada',
  );
  for (const counts of [{ needYou: 1 }, { accountsNeedYou: 1 }]) {
    const { home: other } = await serve({
      'status.get': async () => ({ ...status, counts: { ...status.counts, ...counts } }),
    });
    expect((await belfry(['--home', other, '--json', 'status'])).code).toBe(7);
  }
});

test('status says which due posts wait, and for what', async () => {
  const overdue = [
    { account: 'ada', waits: { for: 'scheduler' }, posts: 28, since: '2026-11-22T09:00:00.000Z' },
    { account: 'eve', waits: { for: 'sign-in' }, posts: 3, since: '2026-11-22T09:00:00.000Z' },
    { account: 'bob', waits: { for: 'order', post: 'p1' }, posts: 1, since: '2026-11-22T09:00:00.000Z' },
  ] as const;
  const { home } = await serve({ 'status.get': async () => ({ ...status, overdue: [...overdue] }) });
  const { out } = await belfry(['--home', home, 'status']);
  expect(out).toContain('  28 due posts of ada wait for the scheduler, which is paused');
  expect(out).toContain('  1 due post of bob waits for post p1 before it, as the account keeps the order');
  expect(out).not.toContain('of eve'); // It is named with the accounts.
});

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

test.each([
  ['{"id": "a",\n  "name": }', 'line 2, column 11'],
  ['{"id": "a",}', 'line 1, column 12'],
  ['[1, 2', 'line 1, column 6'],
  ['// no\n{}', 'line 1, column 1'],
])('bad JSON %j is refused with %s', async (text, place) => {
  const { run } = await running();
  const result = await run(['jobs', 'add', '-'], text);
  expect(result.code).toBe(2);
  expect(result.err).toContain(`in standard input. ${place}`);
});

test('JSON in Latin-1 is refused with its byte, and nothing reaches the engine', async () => {
  const { run, seen } = await running();
  const text = JSON.stringify({ text: 'Grüße', accounts: ['ada'] });
  for (const command of [
    ['posts', 'add', '-'],
    ['jobs', 'add', '-'],
    ['posts', 'import', '-'],
  ]) {
    const result = await run(command, Buffer.from(text, 'latin1'));
    expect(result.code, command.join(' ')).toBe(2);
    expect(result.err).toContain(
      'BAD_INPUT: The text is not UTF-8, in standard input. line 1, byte 12: 0xFC',
    );
  }
  expect(seen.filter((name) => name.includes('add'))).toEqual([]);
});

test('a missing file is exit code 5', async () => {
  const { run } = await running();
  expect(await run(['jobs', 'add', 'nowhere.json'])).toMatchObject({ code: 5, out: '' });
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

test('quit waits until the engine has gone', async () => {
  const kept = memory();
  let gone = false;
  const served = await serve({
    ...kept.handlers,
    'engine.quit': async () => {
      setImmediate(async () => {
        await new Promise((resolve) => setImmediate(resolve));
        gone = true;
        await served.close();
      });
      return {};
    },
  });
  const result = await belfry(['--home', served.home, 'quit']);
  expect(result).toEqual({ code: 0, out: 'Belfry has ended.\n', err: '' });
  expect(gone).toBe(true);
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

test('what follows -- is never an option', async () => {
  const { run } = await running();
  const result = await run(['jobs', 'show', '--', '--json']);
  expect(result).toMatchObject({ code: 5, out: '', err: expect.stringContaining('Unknown job "--json"') });
});

test('help is on standard output and no failure', async () => {
  for (const args of [[], ['--help'], ['help'], ['jobs', '--help'], ['--version']]) {
    const result = await belfry(args);
    expect(result, args.join(' ')).toMatchObject({ code: 0, err: '' });
    expect(result.out.length).toBeGreaterThan(3);
  }
  expect((await belfry(['--help'])).out).toContain('run-job');
});

test('an id or a sub-command that is misspelt comes with what was meant', async () => {
  const { run } = await running();
  await run(['jobs', 'add', '-'], JSON.stringify([news, trends]));
  const undo = await run(['jobs', 'undo']);
  expect(undo).toMatchObject({ code: 5 });
  expect(undo.err).toMatch(/If you meant a command: belfry jobs has list, show, add, .*\.\n$/);
  expect((await run(['jobs', 'shwo'])).err).toContain('Did you mean `belfry jobs show`?');
  expect((await run(['config', 'chek'])).err).toContain('Did you mean `belfry config check`?');
  expect((await run(['jobs', 'show', 'nes'])).err).not.toContain('command');
});

test('of ten thousand mistakes twenty are printed, and how many more there are', async () => {
  const { run } = await running();
  const many = Array.from({ length: 10_000 }, () => ({ id: 'X' }));
  const result = await run(['jobs', 'add', '-'], JSON.stringify(many));
  expect(result.code).toBe(2);
  expect(result.err.split('\n').length).toBeLessThan(25);
  expect(result.err).toMatch(/ {2}… and \d+ more; --json lists all\n$/);
});
