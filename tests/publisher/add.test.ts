import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BelfryError, type PostDraft, parse, postInputSchema, problemsOf } from '../../shared/index.ts';
import { createStage, type Stage } from '../support/publishing.ts';
import { unprivileged } from '../support/unprivileged.ts';

const accounts = ['mastodon-4-5'];

/** The mistakes that adding this post is refused for, `field: message`. */
async function mistakes(stage: Stage, post: PostDraft): Promise<string[]> {
  try {
    await stage.add(post);
    return [];
  } catch (error) {
    if (!(error instanceof BelfryError)) throw error;
    return (error.details ?? []).map(({ field, message }) => `${field}: ${message}`);
  }
}

test('a post without a time is a draft; publishing it now sends it', async () => {
  const stage = await createStage();
  const draft = await stage.add({ text: 'a', accounts, publishAt: null });
  await stage.untilQuiet();
  expect([draft.status, stage.network.world.visible]).toEqual(['draft', []]);
  await stage.publisher.publish(draft.id);
  await stage.untilQuiet();
  expect((await stage.publisher.get(draft.id))?.status).toBe('published');
});

test('all problems are named together, and nothing is stored or copied', async () => {
  const stage = await createStage();
  const text = join(stage.home, 'text.png');
  writeFileSync(text, 'hello');
  const empty = join(stage.home, 'empty.png');
  writeFileSync(empty, '');
  const fifo = join(stage.home, 'fifo.png');
  execFileSync('mkfifo', [fifo]);
  const huge = join(stage.home, 'huge.png');
  writeFileSync(huge, '');
  truncateSync(huge, 4 * 1024 ** 3);
  const damaged = join(stage.home, 'damaged.png');
  writeFileSync(damaged, Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]));
  const good = stage.picture('good.png');
  const media = [damaged, good, text, empty, fifo, huge, join(stage.home, 'none.png'), stage.home].map(
    (path) => ({
      path,
    }),
  );
  expect(
    await mistakes(stage, { text: 'a', accounts: [...accounts, 'stranger'], media, thread: [{ text: ' ' }] }),
  ).toEqual([
    'accounts[1]: names an unknown account "stranger"; `belfry accounts` lists them',
    'thread[0].text: must have text or media; white space alone is not a post',
    `media[0].path: ${damaged} is damaged: its width and height cannot be read; download or export it again`,
    `media[2].path: ${text} is no picture, film or sound that Belfry knows, whatever its name says; convert it to JPEG, PNG or MP4`,
    `media[3].path: ${empty} is empty; save or download it again`,
    `media[4].path: ${fifo} is not a regular file; name a picture, a film or a sound`,
    `media[5].path: ${huge} is larger than 2 GiB; cut it, or export it with a lower bit rate`,
    `media[6].path: ${join(stage.home, 'none.png')} does not exist; put it back, or correct the path`,
    `media[7].path: ${stage.home} is not a regular file; name a picture, a film or a sound`,
  ]);
  expect(readdirSync(join(stage.home, 'media'))).toEqual([]);
  expect(await stage.publisher.list({ limit: 10 })).toEqual([]);
});

test('a file that may not be read is named', async () => {
  const stage = await createStage();
  const path = stage.picture('a.png');
  chmodSync(path, 0);
  expect(await unprivileged(() => mistakes(stage, { text: 'a', accounts, media: [{ path }] }))).toEqual([
    `media[0].path: ${path} cannot be read (EACCES); give yourself the right to read it`,
  ]);
});

test('a file that is moved or changed afterwards loses nothing', async () => {
  const stage = await createStage();
  const path = stage.picture('a.png');
  const before = readFileSync(path);
  const post = await stage.add({ text: 'a', accounts, media: [{ path, alt: 'A' }] });
  unlinkSync(path);
  await stage.beat();
  const [upload] = stage.network.world.uploads.values();
  expect(upload).toMatchObject({
    bytes: before.byteLength,
    alt: 'A',
    attachedTo: stage.network.world.visible[0]?.id,
  });
  expect(post.media).toMatchObject([
    { name: 'a.png', alt: 'A', mime: 'image/png', bytes: before.byteLength },
  ]);
});

test('a copy that is gone from the home folder fails the post with that reason', async () => {
  const stage = await createStage();
  const post = await stage.add({ text: 'a', accounts, media: [{ path: stage.picture('a.png') }] });
  for (const file of readdirSync(join(stage.home, 'media'))) unlinkSync(join(stage.home, 'media', file));
  await stage.beat();
  expect((await stage.publisher.get(post.id))?.targets).toMatchObject([
    { status: 'failed', error: { code: 'NOT_FOUND' } },
  ]);
});

test('adding with the same origin again answers the first post and leaves no copy behind', async () => {
  const stage = await createStage();
  const input = parse(
    postInputSchema,
    { text: 'a', accounts, media: [{ path: stage.picture('a.png') }] },
    'a test',
  );
  const from = { source: 'pipeline', runId: 'r', as: 'queued', originKey: 'run r, step 1, line 7' } as const;
  const [one, two] = await Promise.all([stage.publisher.add(input, from), stage.publisher.add(input, from)]);
  const three = await stage.publisher.add(input, from);
  expect([two.id, three.id]).toEqual([one.id, one.id]);
  expect(await stage.publisher.list({ limit: 10 })).toHaveLength(1);
  expect(readdirSync(join(stage.home, 'media'))).toHaveLength(1);
});

test('a draft with a time keeps it and does not go out by itself', async () => {
  const stage = await createStage();
  const input = parse(postInputSchema, { text: 'a', accounts, publishAt: '2020-01-01T00:00:00Z' }, 'a test');
  const post = await stage.publisher.add(input, { source: 'cli', as: 'draft' });
  await stage.untilQuiet();
  expect(post).toMatchObject({ status: 'draft', publishAt: '2020-01-01T00:00:00.000Z' });
  expect(stage.network.world.visible).toEqual([]);
});

test.each([
  [
    'nothing at all',
    { text: '', accounts },
    'text: must have text or media; white space alone is not a post',
  ],
  [
    'white space',
    { text: ' \n\t', accounts },
    'text: must have text or media; white space alone is not a post',
  ],
  ['half a character', { text: 'a\ud800', accounts }, 'text: contains half a character (a lone surrogate)'],
  ['the year 275761', { text: 'a', accounts, publishAt: '+275761-01-01T00:00:00Z' }, 'publishAt: '],
  ['the 30th of February', { text: 'a', accounts, publishAt: '2026-02-30T00:00:00Z' }, 'publishAt: '],
])('%s is refused', (_, post, message) => {
  const problems = problemsOf(postInputSchema.safeParse(post).error ?? expect.fail('it was taken'));
  expect(problems.map(({ field, message: text }) => `${field}: ${text}`)).toContainEqual(
    expect.stringContaining(message),
  );
});

test('a file whose name tries to leave the folder is kept under an id', async () => {
  const stage = await createStage();
  await stage.add({ text: 'a', accounts, media: [{ path: stage.picture('..%2f..%2fetc.png') }] });
  expect(readdirSync(join(stage.home, 'media'))).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/)]);
  expect(existsSync(join(stage.home, 'etc.png'))).toBe(false);
});

test('copies that a kill left behind are removed at the next start, and nothing else is', async () => {
  const stage = await createStage();
  await stage.add({ text: 'a', accounts, media: [{ path: stage.picture('a.png') }] });
  const folder = join(stage.home, 'media');
  const [kept = ''] = readdirSync(folder);
  const old = new Date(stage.clock.now() - 2 * 3_600_000);
  for (const name of ['0123456789abcdef', 'fedcba9876543210.part', 'holiday.png', kept]) {
    if (name !== kept) writeFileSync(join(folder, name), 'x');
    utimesSync(join(folder, name), old, old);
  }
  const young = new Date(stage.clock.now());
  writeFileSync(join(folder, 'aaaaaaaaaaaaaaaa'), 'x');
  utimesSync(join(folder, 'aaaaaaaaaaaaaaaa'), young, young);
  await stage.restart();
  expect(readdirSync(folder).sort()).toEqual([kept, 'aaaaaaaaaaaaaaaa', 'holiday.png'].sort());
});
