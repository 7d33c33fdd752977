import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { jobSchema, type PostInput, postInputSchema } from '../../shared/index.ts';
import { loopback } from '../accounts/server.ts';
import { temporaryHome } from '../support/home.ts';
import { feed, pipelineFolder } from './command.ts';

const sample = join(pipelineFolder, 'feed.xml');
const postsOf = (stdout: string): PostInput[] =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => postInputSchema.parse(JSON.parse(line)));

/** All three steps; the posts of the last. */
async function run(cwd: string, source: string, ...draft: string[]) {
  const ingested = await feed(cwd, ['ingest', '--feed', source]);
  expect(ingested.stderr).toContain('entries in the feed');
  await feed(cwd, ['deduplicate']);
  const drafted = await feed(cwd, ['draft', '--accounts', 'demo', ...draft]);
  return { posts: postsOf(drafted.stdout), said: ingested.stderr + drafted.stderr, code: drafted.code };
}

/** The posts of a feed given as text. */
async function postsFrom(text: string | Buffer, ...draft: string[]) {
  const cwd = temporaryHome();
  writeFileSync(join(cwd, 'feed.xml'), text);
  return run(cwd, 'feed.xml', ...draft);
}

const rss = (items: string, head = '<?xml version="1.0"?>') =>
  `${head}<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>T</title>${items}</channel></rss>`;

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
    const items = Array.from(
      { length: 40 },
      (_, i) => `<item><guid>${i}</guid><title>Entry ${i}</title></item>`,
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
    expect(byKey.size).toBe(40);
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
    // Two hours old: the number belongs to somebody else by now.
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

describe('feeds of all kinds', () => {
  test('Atom, with markup, relative links and an enclosure', async () => {
    const { posts } =
      await postsFrom(`<?xml version='1.0' encoding='utf-8'?><feed xmlns="http://www.w3.org/2005/Atom">
      <title>x</title><entry><id>tag:1</id><title type="html">Fish &amp;amp; &lt;b&gt;chips&lt;/b&gt;</title>
      <link rel="self" href="https://x.example/self"/><link href="https://x.example/a?b=1&amp;c=2"/>
      <summary>1 &lt; 2</summary><published>2026-11-01T00:00:00Z</published></entry></feed>`);
    expect(posts[0]?.text).toBe('Fish & chips\n\n1 < 2\n\nhttps://x.example/a?b=1&c=2');
  });

  test('RSS 1.0 (RDF)', async () => {
    const { posts } = await postsFrom(`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
      xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"/>
      <item rdf:about="https://x.example/1"><title>One</title><link>https://x.example/1</link>
      <dc:date>2026-11-01</dc:date></item></rdf:RDF>`);
    expect(posts[0]?.text).toBe('One\n\nhttps://x.example/1');
  });

  test.each([
    [
      'latin1 by its declaration',
      Buffer.from(
        rss('<item><title>Größe</title></item>', '<?xml version="1.0" encoding="ISO-8859-1"?>'),
        'latin1',
      ),
    ],
    [
      'utf-16 by its mark',
      Buffer.concat([
        Buffer.from([0xff, 0xfe]),
        Buffer.from(rss('<item><title>Größe</title></item>'), 'utf16le'),
      ]),
    ],
    ['utf-8 with a mark', Buffer.from(`\ufeff${rss('<item><title>Größe</title></item>')}`)],
  ])('%s', async (_name, bytes) => {
    expect((await postsFrom(bytes)).posts[0]?.text).toBe('Größe');
  });

  test('a feed of the web: its charset, its tags, nothing fetched again when it did not change', async () => {
    const server = await loopback((request, response) => {
      if (request.headers['if-none-match'] === '"v1"') return void response.writeHead(304).end();
      const headers = { 'content-type': 'application/rss+xml; charset=windows-1252', etag: '"v1"' };
      const text = rss('<item><title>caf\u00e9</title><link>/n/1</link></item>');
      return void response.writeHead(200, headers).end(Buffer.from(text, 'latin1'));
    });
    const cwd = temporaryHome();
    const url = `${server.url}/feed.xml`;
    const first = await run(cwd, url);
    expect(first.posts[0]?.text).toBe(`café\n\n${server.url}/n/1`);
    const again = await feed(cwd, ['ingest', '--feed', url]);
    expect(again.stderr).toBe('The feed has not changed.\n');
  });

  test('no dates, no ids, CDATA, entities, an entry that says nothing', async () => {
    const items = `<item><title><![CDATA[A <b>bold</b> & "free" title]]></title></item>
      <item><description>Only &#8217;words&#x2019; &hellip; &unknown; &amp;lt;</description></item>
      <item><title> </title></item>`;
    const { posts } = await postsFrom(rss(items));
    expect(posts.map((post) => post.text)).toEqual(['Only ’words’ … &unknown; <', 'A bold & "free" title']);
  });

  test('nearly the same title is the same news, unless its numbers differ', async () => {
    const titles = [
      'The long tale of the old tower, part 2',
      'The long tale of the old tower, part 3',
      'The long tale of that old tower, part 3',
    ];
    const items = titles.map((title, i) => `<item><guid>${i}</guid><title>${title}</title></item>`);
    const { posts } = await postsFrom(rss(items.reverse().join('')));
    expect(posts.map((post) => post.text)).toEqual(titles.slice(0, 2));
  });

  test('one page by two ways is one, two places of one page are two', async () => {
    const links = [
      'https://x.example/a?b=1&amp;utm_source=feed',
      'http://www.x.example/a/?b=1',
      'https://x.example/changes#2.0',
      'https://x.example/changes#2.1',
    ];
    const items = links.map((link, i) => `<item><title>N${i}</title><link>${link}</link></item>`);
    const { posts } = await postsFrom(rss(items.reverse().join('')));
    expect(posts.map((post) => post.text.slice(0, 2))).toEqual(['N0', 'N2', 'N3']);
  });

  test('entries of long ago can be left out', async () => {
    const cwd = temporaryHome();
    const recent = new Date(Date.now() - 3_600_000).toUTCString();
    const item = (id: string, date: string) =>
      `<item><guid>${id}</guid><title>Item ${id}</title><pubDate>${date}</pubDate></item>`;
    writeFileSync(
      join(cwd, 'feed.xml'),
      rss(item('a', 'Mon, 05 Jan 2015 10:00:00 +0200') + item('b', recent) + item('c', 'not a date')),
    );
    await feed(cwd, ['ingest', '--feed', 'feed.xml', '--newer-than-days', '7']);
    await feed(cwd, ['deduplicate']);
    const { stdout } = await feed(cwd, ['draft', '--accounts', 'demo']);
    expect(postsOf(stdout).map((post) => post.text)).toEqual(['Item c', 'Item b']);
  });
});

describe('texts', () => {
  const graphemes = (text: string) => [...new Intl.Segmenter('en').segment(text)].length;

  test('keep to the limit in characters as people see them; the link stays whole', async () => {
    const link = `https://x.example/${'a'.repeat(60)}`;
    const items = ['👩‍👩‍👧‍👦'.repeat(300), 'word '.repeat(200), 'x'.repeat(2000), '短い'.repeat(300)]
      .map((title, i) => `<item><guid>${i}</guid><title>${title}</title><link>${link}${i}</link></item>`)
      .join('');
    const { posts } = await postsFrom(rss(items), '--limit', '200');
    expect(posts).toHaveLength(4);
    for (const post of posts) {
      expect(graphemes(post.text)).toBeLessThanOrEqual(200);
      expect(graphemes(post.text)).toBeGreaterThan(150);
      expect(post.text).toMatch(/…\n\nhttps:\/\/x\.example\/a{60}\d$/);
    }
  });

  test('a short link counts as the 23 characters that servers count', async () => {
    const { posts } = await postsFrom(
      rss(`<item><title>${'x'.repeat(100)}</title><link>https://x.example/</link></item>`),
      '--limit',
      '80',
    );
    expect(graphemes(posts[0]?.text.split('\n')[0] ?? '')).toBe(80 - 23 - 2);
  });

  test('a link longer than the limit is left out rather than cut', async () => {
    const link = `https://x.example/${'a'.repeat(400)}`;
    const { posts } = await postsFrom(
      rss(`<item><title>News</title><link>${link}</link></item>`),
      '--limit',
      '100',
    );
    expect(posts[0]?.text).toBe('News');
  });

  test('a feed cannot call people, run scripts or smuggle half characters', async () => {
    const items = `<item><title>Hello @ada@mastodon.example and a@b.example</title><link>javascript:alert(1)</link>
      <description>&lt;script&gt;evil()&lt;/script&gt;ok &#xD800; &#1;\u0007</description></item>`;
    const { posts } = await postsFrom(rss(items));
    expect(posts[0]?.text).toBe('Hello @\u2060ada@mastodon.example and a@b.example\n\nok \ufffd');
  });
});

describe('pictures', () => {
  const png = readFileSync(join(pipelineFolder, 'belfry-dusk.png'));

  test('of the web are downloaded, checked by content, and described', async () => {
    const server = await loopback((request, response) => {
      if (request.url === '/p') response.writeHead(200, { 'content-type': 'image/png' }).end(png);
      else if (request.url === '/html')
        response.writeHead(200, { 'content-type': 'image/png' }).end('<html>');
      else response.writeHead(404).end();
    });
    const item = (path: string, more = '') =>
      `<item><guid>${path}</guid><title>Picture ${path}</title><media:content medium="image" url="${server.url}${path}">${more}</media:content></item>`;
    const cwd = temporaryHome();
    writeFileSync(
      join(cwd, 'feed.xml'),
      rss(item('/p', '<media:description>A tower</media:description>') + item('/html') + item('/gone')),
    );
    const { posts, said } = await run(cwd, 'feed.xml');
    const [gone, html, good] = posts;
    expect(readFileSync(good?.media[0]?.path ?? '')).toEqual(png);
    expect(good?.media[0]).toMatchObject({
      alt: 'A tower',
      path: expect.stringMatching(/feed-images\/\w+\.png$/),
    });
    expect([html?.media, gone?.media]).toEqual([[], []]);
    expect(said).toContain('/html was left out. It is no JPEG, PNG, GIF or WebP picture.');
    expect(said).toContain('/gone was left out. The server answered HTTP 404.');
  });

  test('a feed publishes no other file of this machine', async () => {
    const cwd = temporaryHome();
    mkdirSync(join(cwd, 'feeds'));
    writeFileSync(join(cwd, 'outside.png'), png);
    symlinkSync(join(cwd, 'outside.png'), join(cwd, 'feeds', 'link.png'));
    const enclosure = (url: string) =>
      `<item><guid>${url}</guid><title>E ${url}</title><enclosure url="${url}" type="image/png"/></item>`;
    writeFileSync(
      join(cwd, 'feeds', 'feed.xml'),
      rss(enclosure('../outside.png') + enclosure('link.png') + enclosure('file:///etc/hostname')),
    );
    const { posts, said } = await run(cwd, 'feeds/feed.xml');
    expect(posts.map((post) => post.media)).toEqual([[], [], []]);
    expect(said.match(/left out/g)).toHaveLength(3);

    const server = await loopback((_, response) => response.end(rss(enclosure(`file://${cwd}/outside.png`))));
    rmSync(join(cwd, 'feed-state.json'));
    expect((await run(cwd, server.url)).posts[0]?.media).toEqual([]);
  });
});

describe('what is no feed', () => {
  const broken: [string, string, RegExp][] = [
    ['nothing', '', /Its XML is broken: it must have exactly one outermost element \(line 1\)/],
    ['a cut feed', rss('<item>\n<title>x</title>').slice(0, -16), /it ends inside <|where <\/item> belongs/],
    ['crossed tags', rss('\n<item><title>x</item></title>'), /<\/item> where <\/title> belongs \(line 2\)/],
    ['a web page', '<!DOCTYPE html><html><head><meta charset=utf-8><body>hi', /It is a web page/],
    ['a tidy web page', '<html><body></body></html>', /It is a web page/],
    ['JSON', '{"items":[]}', /must have exactly one outermost element/],
    ['another XML', '<opml><body/></opml>', /Its outermost element is <opml>/],
    ['endless nesting', '<a>'.repeat(50_000), /nested deeper than 200/],
    [
      'an unknown charset',
      '<?xml version="1.0" encoding="klingon"?><rss/>',
      /Tried: "klingon" \(the XML declaration\) is unknown/,
    ],
  ];
  test.each(broken)('%s', async (_name, text, message) => {
    const cwd = temporaryHome();
    writeFileSync(join(cwd, 'feed.xml'), text);
    const result = await feed(cwd, ['ingest', '--feed', 'feed.xml']);
    expect(result.stderr).toMatch(/^FEED_BROKEN: [^\n]+, \S*feed\.xml\. [^\n]+\.\n$/);
    expect(result.stderr).toMatch(message);
    expect(result.code).toBe(1);
    expect(readdirSync(cwd)).toEqual(['feed.xml']);
  });

  test('a feed that would grow when expanded does not', async () => {
    const bomb = `<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>
      <rss><channel><item><title>&b; news</title></item></channel></rss>`;
    expect((await postsFrom(bomb)).posts[0]?.text).toBe('&b; news');
  });

  test.each([
    [
      'tags without end',
      rss(`<item><title>x</title><description>${'&lt;a'.repeat(400_000)}</description></item>`),
    ],
    [
      'scripts without end',
      rss(`<item><title>x</title><description>${'&lt;script&gt;'.repeat(150_000)}</description></item>`),
    ],
    ['attributes without end', `<rss ${'a="b" '.repeat(300_000)}><`],
  ])('%s are read to their end', async (_name, text) => {
    const cwd = temporaryHome();
    writeFileSync(join(cwd, 'feed.xml'), text);
    // A search that goes back and forth in such a text takes minutes, and runs into the limit of a test.
    const { code } = await feed(cwd, ['ingest', '--feed', 'feed.xml']);
    expect([0, 1]).toContain(code);
  });

  test('a server that refuses, or is not there', async () => {
    const server = await loopback((_, response) => void response.writeHead(503).end());
    const cwd = temporaryHome();
    const refused = await feed(cwd, ['ingest', '--feed', server.url]);
    expect(refused.stderr).toContain('FEED_UNREADABLE: The feed cannot be fetched');
    expect(refused.stderr).toContain('HTTP 503');
    const absent = await feed(cwd, ['ingest', '--feed', 'http://127.0.0.1:9/feed']);
    expect(absent.stderr).toContain('FEED_UNREADABLE');
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
