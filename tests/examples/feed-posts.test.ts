import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loopback } from '../accounts/server.ts';
import { temporaryHome } from '../support/home.ts';
import { pipelineFolder } from './command.ts';
import { postsFrom, rss, run } from './feeds.ts';

describe('texts', () => {
  const graphemes = (text: string) => [...new Intl.Segmenter('en').segment(text)].length;

  test('keep to the limit in visible characters; the link stays whole', async () => {
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

  test('a feed cannot mention users, run scripts or smuggle half characters', async () => {
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
