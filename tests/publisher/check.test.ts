import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sniff } from '../../electron/publisher/media/facts.ts';
import { type PostDraft, parse, postInputSchema } from '../../shared/index.ts';
import { createStage, pngOf, type Stage } from '../support/publishing.ts';

async function check(stage: Stage, post: PostDraft): Promise<string[]> {
  const { problems } = await stage.publisher.check(parse(postInputSchema, post, 'a test'));
  return problems.map(({ field, message }) => `${field}: ${message}`);
}

test('each account says what it would refuse, by the limits that its server tells', async () => {
  const stage = await createStage({ models: ['mastodon-4.5', 'gotosocial', 'pixelfed', 'facebook'] });
  const accounts = ['mastodon-4-5', 'gotosocial', 'pixelfed', 'facebook'];
  const host = (id: string) => new URL(stage.networks.get(id)?.address ?? '').host;
  expect(await check(stage, { text: 'x'.repeat(501), accounts, visibility: 'direct' })).toEqual([
    `text: has 501 characters as ${host('mastodon-4-5')} counts them, which takes 500; shorten the text by 1 character`,
    `text: has 501 characters as ${host('pixelfed')} counts them, which takes 500; shorten the text by 1 character`,
    `media: is empty, and ${host('pixelfed')} takes no text alone; add a picture or a film, or leave this account out`,
    `visibility: is "direct", and ${host('pixelfed')} has only public, unlisted, private; choose public, unlisted or private for this account, or leave the account out`,
    `visibility: is "direct", and Facebook has only public; choose public for this account, or leave the account out`,
  ]);
  expect(stage.network.world.visible).toEqual([]);
});

test('the length of each part is told as each account counts it, beside what that takes', async () => {
  const stage = await createStage({ models: ['mastodon-4.5', 'gotosocial'] });
  const post = {
    text: 'See https://example.com/a/long/way/to/go',
    accounts: ['mastodon-4-5', 'gotosocial'],
    contentWarning: 'cw',
    thread: [{ text: '👨‍👩‍👧' }],
    firstComment: 'More',
    overrides: { gotosocial: { text: 'abc', contentWarning: '' } },
  };
  const { counts } = await stage.publisher.check(parse(postInputSchema, post, 'a test'));
  expect(counts).toEqual([
    { account: 'mastodon-4-5', part: 0, characters: 4 + 23 + 2, limit: 500 },
    { account: 'mastodon-4-5', part: 1, characters: 1 + 2, limit: 500 },
    { account: 'gotosocial', part: 0, characters: 3, limit: 5000 },
    { account: 'gotosocial', part: 1, characters: 5, limit: 5000 },
  ]);
});

test('words of one account are checked for that account, and threads part by part', async () => {
  const stage = await createStage({ models: ['mastodon-4.5', 'gotosocial'] });
  const problems = await check(stage, {
    text: 'short',
    accounts: ['mastodon-4-5', 'gotosocial'],
    overrides: { 'mastodon-4-5': { text: 'y'.repeat(600) } },
    thread: [{ text: 'fine' }, { text: 'z'.repeat(5001) }],
  });
  expect(problems.map((line) => line.split(':')[0])).toEqual([
    'overrides.mastodon-4-5.text',
    'thread[1].text',
    'thread[1].text',
  ]);
});

test('files are checked by what they are', async () => {
  const stage = await createStage({ models: ['mastodon-4.5', 'instagram'] });
  const film = join(stage.home, 'film.jpg');
  writeFileSync(film, Buffer.concat([Buffer.from([0x1a, 0x45, 0xdf, 0xa3]), Buffer.from('webm')]));
  const problems = await check(stage, {
    text: 'a',
    accounts: ['mastodon-4-5', 'instagram'],
    media: [
      { path: stage.picture('huge.png', 30_000, 30_000), alt: 'x'.repeat(1501) },
      { path: film },
      { path: stage.picture('wide.jpg', 4000, 1000) },
    ],
  });
  expect(problems).toEqual([
    `media[1].path: ${film} is damaged: its end is missing; download or export it again`,
    expect.stringMatching(
      /^media\[0\]: has 30000 × 30000 pixels, and 127\.0\.0\.1:\d+ takes 33\.2 million in all; scale it down to 5760 × 5760 or less$/,
    ),
    expect.stringMatching(
      /^media\[0\]: has a description of 1501 characters, and 127\.0\.0\.1:\d+ takes 1500; shorten the description by 1 character$/,
    ),
    'media[0]: is PNG, and Instagram takes JPEG; convert it to JPEG',
    'media[0]: has a description of 1501 characters, and Instagram takes 1000; shorten the description by 501 characters',
    expect.stringMatching(
      /^media\[2\]: is 4\.00 times as wide as high, and Instagram takes 0\.80 to 1\.91; /,
    ),
  ]);
});

test('a server that does not answer is passed over, and adding works off line', async () => {
  const stage = await createStage();
  await stage.network.close();
  expect(await check(stage, { text: 'x'.repeat(501), accounts: ['mastodon-4-5'] })).toEqual([]);
  await expect(stage.add({ text: 'x'.repeat(501), accounts: ['mastodon-4-5'] })).resolves.toMatchObject({
    status: 'queued',
  });
});

test('limits that are known are kept when a post is added', async () => {
  const stage = await createStage();
  await check(stage, { text: 'a', accounts: ['mastodon-4-5'] });
  await expect(stage.add({ text: 'x'.repeat(501), accounts: ['mastodon-4-5'] })).rejects.toMatchObject({
    code: 'BAD_INPUT',
    field: 'text',
  });
});

test('a post that does not fit fails before anything is sent, and one meant for few is never shown to all', async () => {
  const stage = await createStage({ models: ['facebook'] });
  const accounts = ['facebook'];
  const { database } = stage;
  const post = await stage.add({ text: 'a secret', accounts });
  await database.db.updateTable('posts').set({ visibility: 'private' }).execute();
  await stage.beat();
  expect((await stage.publisher.get(post.id))?.targets).toMatchObject([
    {
      status: 'failed',
      error: {
        code: 'BAD_INPUT',
        message: expect.stringContaining('Its visibility is "private", and Facebook has only public'),
      },
    },
  ]);
  expect(stage.network.requests).toEqual([]);
});

test.each([
  ['image/jpeg', [0xff, 0xd8, 0xff, 0xe1]],
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/gif', [...Buffer.from('GIF89a')]],
  ['image/webp', [...Buffer.from('RIFFxxxxWEBP')]],
  ['image/avif', [...Buffer.from('\0\0\0\x20ftypavif')]],
  ['video/mp4', [...Buffer.from('\0\0\0\x20ftypisom')]],
  ['video/quicktime', [...Buffer.from('\0\0\0\x14ftypqt  ')]],
  ['video/webm', [0x1a, 0x45, 0xdf, 0xa3]],
  ['audio/mpeg', [...Buffer.from('ID3\x04')]],
  ['audio/mpeg', [0xff, 0xfb, 0x90]],
  ['audio/flac', [...Buffer.from('fLaC')]],
  [undefined, [...Buffer.from('<html>')]],
  [undefined, [...Buffer.from('MZ')]],
  [undefined, []],
])('%s by its first bytes', (mime, bytes) => {
  expect(sniff(Uint8Array.from(bytes))).toBe(mime);
});

test('a picture of the test is one for the library, too', () => {
  expect(sniff(pngOf(1, 1, 'x'))).toBe('image/png');
});
