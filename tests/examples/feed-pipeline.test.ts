import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { jobSchema } from '../../shared/index.ts';
import { temporaryHome } from '../support/home.ts';
import { feed, pipelineFolder } from './command.ts';
import { postsOf, rss, run } from './feeds.ts';

const sample = join(pipelineFolder, 'feed.xml');

describe('the sample', () => {
  test('becomes posts in the order of the news, pictures described, spaced, each once', async () => {
    const cwd = temporaryHome();
    const before = Date.now();
    const first = await run(cwd, sample, '--max', '4', '--every-minutes', '10');
    expect(first.posts.map((post) => post.text.split('\n')[0])).toEqual([
      'Good morning from the bell tower',
      'New rope for the great bell',
      'School choir fills the square',
      'Evening light: the most photographed hour',
    ]);
    expect(first.posts[0]).toMatchObject({
      accounts: ['demo'],
      media: [
        {
          path: join(pipelineFolder, 'belfry-morning.png'),
          alt: 'A bell tower on a bright morning, green hills behind it.',
        },
      ],
    });
    const second = await run(cwd, sample, '--every-minutes', '10');
    expect(second.posts).toHaveLength(3);
    expect(second.posts.map((post) => post.text).join()).not.toContain('utm_source');
    const times = [...first.posts, ...second.posts].map((post) => Date.parse(post.publishAt ?? ''));
    expect(times[0]).toBeGreaterThanOrEqual(before);
    expect(times.slice(1).map((time, i) => time - (times[i] ?? 0))).toEqual(Array(6).fill(600_000));
    expect((await run(cwd, sample)).posts).toEqual([]);
  });

  test('what Belfry refused can be drafted again, what it took keeps its key', async () => {
    const cwd = temporaryHome();
    const first = await run(cwd, sample, '--max', '2');
    const again = await feed(cwd, ['draft', '--accounts', 'demo', '--max', '2', '--again-hours', '1']);
    expect(postsOf(again.stdout).map(({ key }) => key)).toEqual(first.posts.map(({ key }) => key));
    const corrected = await feed(cwd, ['draft', '--accounts', 'other', '--max', '2', '--again-hours', '1']);
    const [post] = postsOf(corrected.stdout);
    expect(post?.accounts).toEqual(['other']);
    expect(first.posts.map(({ key }) => key)).not.toContain(post?.key);
    expect(postsOf((await feed(cwd, ['draft', '--accounts', 'other'])).stdout)).toHaveLength(5);
  });

  test('job.json is a job of three steps whose last prints posts; `job` fills in this machine', async () => {
    const job = jobSchema.parse(JSON.parse(readFileSync(join(pipelineFolder, 'job.json'), 'utf8')));
    expect(job.steps).toHaveLength(3);
    expect(job.steps[2]).toMatchObject({ output: 'posts', posts: 'queued' });
    const cwd = temporaryHome();
    const printed = jobSchema.parse(JSON.parse((await feed(cwd, ['job', '--accounts', 'me'])).stdout));
    expect(printed.steps[0]).toMatchObject({
      command: [
        'node',
        join(pipelineFolder, 'feed.mjs'),
        'ingest',
        '--feed',
        sample,
        '--state',
        expect.any(String),
      ],
    });
    expect(printed.steps[2]).toMatchObject({ output: 'posts' });
  });
});

describe('killed at any instant', () => {
  test('while it prints: the rest comes next time, with the same keys, and nothing is missing', async () => {
    const cwd = temporaryHome();
    // More than pipes hold, so that it cannot have printed all before it is killed.
    const count = 600;
    const words = 'word '.repeat(80);
    const items = Array.from(
      { length: count },
      (_, i) => `<item><guid>${i}</guid><title>Entry ${i} ${words}</title></item>`,
    );
    writeFileSync(join(cwd, 'feed.xml'), rss(items.join('')));
    await feed(cwd, ['ingest', '--feed', 'feed.xml']);
    await feed(cwd, ['deduplicate']);
    const lines: string[] = [];
    const killed = await feed(cwd, ['draft', '--accounts', 'demo', '--max', '1000'], (line, kill) => {
      lines.push(line);
      kill();
    });
    expect(killed.code).toBeNull();
    const rest = await feed(cwd, ['draft', '--accounts', 'demo', '--max', '1000']);
    const all = [...lines, ...rest.stdout.split('\n').filter(Boolean)];
    const byKey = new Map(all.map((line) => [JSON.parse(line).key, line]));
    expect(byKey.size).toBe(count);
    // What was printed twice was printed the same, so that its key is enough to take it once.
    for (const line of all) expect(byKey.get(JSON.parse(line).key)).toBe(line);
    expect((await feed(cwd, ['draft', '--accounts', 'demo'])).stdout).toBe('');
    expect(readdirSync(cwd).sort()).toEqual(['feed-state.json', 'feed.xml']);
  });

  test('any step at any time: every entry comes out, and always as the same post', async () => {
    const cwd = temporaryHome();
    const items = Array.from(
      { length: 30 },
      (_, i) => `<item><guid>${i}</guid><title>Entry ${i}</title></item>`,
    );
    writeFileSync(join(cwd, 'feed.xml'), rss(items.join('')));
    const seen = new Map<string, string>();
    const steps = [
      ['ingest', '--feed', 'feed.xml'],
      ['deduplicate'],
      ['draft', '--accounts', 'demo', '--max', '3'],
    ];
    const take = (line: string) => {
      const { key } = JSON.parse(line);
      expect(seen.get(key) ?? line).toBe(line);
      seen.set(key, line);
    };
    for (let round = 0; round < 45; round += 1) {
      const { stdout } = await feed(
        cwd,
        steps[round % 3] ?? [],
        undefined,
        round < 30 ? 30 + ((round * 7) % 50) : undefined,
      );
      // A reader takes whole lines only; the last may have been cut by the kill.
      for (const line of stdout.split('\n').slice(0, -1)) take(line);
    }
    const rest = await feed(cwd, ['draft', '--accounts', 'demo', '--max', '100']);
    for (const line of rest.stdout.split('\n').filter(Boolean)) take(line);
    expect(seen.size).toBe(30);
  });

  test('the lock of a dead process counts for nothing, that of a living one does', async () => {
    const cwd = temporaryHome();
    writeFileSync(join(cwd, 'feed-state.json.lock'), '999999999');
    expect((await feed(cwd, ['deduplicate'])).code).toBe(0);
    writeFileSync(join(cwd, 'feed-state.json.lock'), String(process.pid));
    const busy = await feed(cwd, ['deduplicate']);
    expect(busy.code).toBe(1);
    expect(busy.stderr).toMatch(/^BUSY: Another feed\.mjs is at work/);
    // Two hours old: the number belongs to another process by now.
    utimesSync(join(cwd, 'feed-state.json.lock'), new Date(), new Date(Date.now() - 7_200_000));
    expect((await feed(cwd, ['deduplicate'])).code).toBe(0);
  });

  test('a damaged state is never written over', async () => {
    const cwd = temporaryHome();
    for (const text of ['', '{"version":1', 'null', '[]', '{"version":2,"entries":{},"sources":{}}']) {
      writeFileSync(join(cwd, 'feed-state.json'), text);
      const result = await feed(cwd, ['ingest', '--feed', sample]);
      expect(result.stderr).toMatch(/^STATE_UNUSABLE: The state cannot be understood, feed-state\.json\./);
      expect(readFileSync(join(cwd, 'feed-state.json'), 'utf8')).toBe(text);
    }
  });
});

describe('options', () => {
  test.each([
    [[], /Unknown step ""/],
    [['toString'], /Unknown step "toString"/],
    [['ingest'], /--feed\. It names the feed/],
    [['draft'], /must name at least one account/],
    [['draft', '--accounts', 'Ada!'], /"Ada!" is no account id/],
    [['draft', '--accounts', 'a', '--max', '0'], /--max\. It must be a whole number from 1 to 1000/],
    [['draft', '--accounts', 'a', '--limit', 'x'], /--limit/],
    [['draft', '--accounts', 'a', '--language', 'English'], /--language/],
    [['draft', '--acounts', 'a'], /Unknown option '--acounts'/],
    [['ingest', '--feed', 'f', '--newer-than-days', '-1'], /newer-than-days/],
  ])('%j', async (args, message) => {
    const result = await feed(temporaryHome(), args);
    expect(result.stderr).toMatch(/^BAD_INPUT: /);
    expect(result.stderr).toMatch(message);
    expect(result.code).toBe(2);
  });
});
