import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loopback } from '../accounts/server.ts';
import { temporaryHome } from '../support/home.ts';
import { feed } from './command.ts';
import { postsFrom, postsOf, rss, run } from './feeds.ts';

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
