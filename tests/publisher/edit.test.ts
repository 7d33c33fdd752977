import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inputOfPost, type PostDraft, type PostView, parse, postInputSchema } from '../../shared/index.ts';
import { answer, lostRequest } from '../support/fake-networks/index.ts';
import { createStage, type Stage } from '../support/publishing.ts';

const both = ['mastodon-4-5', 'gotosocial'];
const hour = 3_600_000;

const edit = (stage: Stage, id: string, post: PostDraft) =>
  stage.publisher.edit(id, parse(postInputSchema, post, 'a test'));
const textsOf = (stage: Stage, account: string) =>
  stage.networks.get(account)?.world.visible.map(({ text }) => text);
const statuses = (post: PostView) => post.targets.map(({ account, status }) => `${account} ${status}`);
const soon = (stage: Stage, hours = 1) => new Date(stage.clock.now() + hours * hour).toISOString();

test('what a form shows is what makes the same post again', async () => {
  const stage = await createStage({ models: ['mastodon-4.5', 'gotosocial'] });
  const post = await stage.add({
    text: 'One',
    accounts: both,
    publishAt: soon(stage),
    media: [{ path: stage.picture('a.png'), alt: 'A', focus: [0.5, -1], url: 'https://cdn.example/a.png' }],
    thread: [{ text: 'Two', media: [{ path: stage.picture('b.png') }] }],
    poll: { options: ['a', 'b'], multiple: true },
    firstComment: 'First',
    tags: ['x', 'y'],
    visibility: 'unlisted',
    contentWarning: 'cw',
    language: 'de',
    sensitive: false,
    overrides: { gotosocial: { text: 'Eins', poll: null, thread: ['Zwei'] } },
    note: 'why',
    key: 'k',
  });
  const again = await edit(stage, post.id, inputOfPost(post));
  expect(again).toEqual(post);
  expect(readdirSync(join(stage.home, 'media'))).toHaveLength(2);
});

test('words, files and time of a post that waits are replaced, and that is what goes out', async () => {
  const stage = await createStage();
  const accounts = ['mastodon-4-5'];
  const post = await stage.add({
    text: 'Before',
    accounts,
    publishAt: soon(stage),
    media: [{ path: stage.picture('a.png') }, { path: stage.picture('b.png') }],
  });
  const [, second] = post.media;
  const view = await edit(stage, post.id, {
    text: 'After',
    accounts,
    publishAt: soon(stage, 2),
    media: [{ path: `media:${second?.id}`, alt: 'B' }, { path: stage.picture('c.png') }],
    tags: ['t'],
  });
  expect(view.media.map(({ name, alt }) => [name, alt])).toEqual([
    ['b.png', 'B'],
    ['c.png', ''],
  ]);
  expect(view.media[0]?.id).toBe(second?.id);
  expect(readdirSync(join(stage.home, 'media'))).toHaveLength(2);
  await stage.untilQuiet();
  expect(stage.network.world.visible).toMatchObject([
    { text: 'After', at: Date.parse(view.publishAt ?? '') },
  ]);
  expect(stage.network.world.uploads.size).toBe(2);
  expect((await stage.publisher.history(post.id)).map(({ note }) => note)).toEqual([
    'Edited',
    'Being sent',
    'Published',
  ]);
});

test('accounts come and go, a draft gets a time, and a time is taken away', async () => {
  const stage = await createStage({ models: ['mastodon-4.5', 'gotosocial', 'hollo'] });
  const draft = await stage.add({ text: 'a', accounts: both, publishAt: null });
  const queued = await edit(stage, draft.id, {
    text: 'a',
    accounts: ['hollo', 'gotosocial'],
    publishAt: soon(stage),
  });
  expect(statuses(queued)).toEqual(['hollo queued', 'gotosocial queued']);
  const away = await edit(stage, draft.id, { text: 'a', accounts: ['gotosocial'], publishAt: null });
  expect([statuses(away), away.targets[0]?.dueAt]).toEqual([['gotosocial draft'], null]);
  await stage.untilQuiet();
  expect([...stage.networks.values()].flatMap(({ world }) => world.visible)).toEqual([]);
});

test('a published account keeps what it published, and the failed one goes out with the new words', async () => {
  const stage = await createStage({ models: ['mastodon-4.5', 'gotosocial'] });
  stage.networks.get('gotosocial')?.faults.next('post', answer(400, { error: 'too red' }));
  const post = await stage.add({
    text: 'Old',
    accounts: both,
    media: [{ path: stage.picture('old.png') }],
    thread: [],
  });
  await stage.beat();
  const view = await edit(stage, post.id, {
    text: 'New',
    accounts: ['gotosocial'],
    publishAt: post.publishAt,
    media: [{ path: stage.picture('new.png') }],
  });
  expect(statuses(view).sort()).toEqual(['gotosocial failed', 'mastodon-4-5 published']);
  const published = view.targets.find(({ account }) => account === 'mastodon-4-5');
  expect(published).toMatchObject({ sent: { text: 'Old', thread: [], media: ['old.png'] } });
  await stage.publisher.retry(post.id);
  await stage.untilQuiet();
  expect([textsOf(stage, 'mastodon-4-5'), textsOf(stage, 'gotosocial')]).toEqual([['Old'], ['New']]);
  const after = await stage.publisher.get(post.id);
  expect(after?.status).toBe('published');
  await expect(edit(stage, post.id, { text: 'Newer', accounts: both })).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('out on every account'),
  });
});

test('a thread that broke is mended: parts that are out must not change, the others may', async () => {
  const stage = await createStage();
  const accounts = ['mastodon-4-5'];
  stage.network.faults.rule = (route) =>
    route === 'post' && stage.network.world.visible.length === 1 ? answer(422, { error: 'no' }) : undefined;
  const post = await stage.add({ text: 'One', accounts, thread: [{ text: 'Tow' }, { text: 'Three' }] });
  await stage.beat();
  stage.network.faults.rule = () => undefined;
  const { publishAt } = post;
  await expect(edit(stage, post.id, { text: 'Eins', accounts, publishAt })).rejects.toMatchObject({
    code: 'BAD_INPUT',
    details: [{ field: 'text', message: 'is out on account "mastodon-4-5" already, and cannot change' }],
  });
  await edit(stage, post.id, { text: 'One', accounts, publishAt, thread: [{ text: 'Two' }] });
  await stage.publisher.retry(post.id);
  await stage.untilQuiet();
  expect(textsOf(stage, 'mastodon-4-5')).toEqual(['One', 'Two']);
  expect((await stage.publisher.get(post.id))?.status).toBe('published');
});

test('when everything that is left of a thread is taken away, it is complete and nothing is sent again', async () => {
  const stage = await createStage();
  const accounts = ['mastodon-4-5'];
  stage.network.faults.rule = (route) =>
    route === 'post' && stage.network.world.visible.length === 1 ? answer(422, { error: 'no' }) : undefined;
  const post = await stage.add({ text: 'One', accounts, thread: [{ text: 'Two' }] });
  await stage.beat();
  stage.network.faults.rule = () => undefined;
  await edit(stage, post.id, { text: 'One', accounts, publishAt: post.publishAt });
  await stage.publisher.retry(post.id);
  await stage.untilQuiet();
  expect(textsOf(stage, 'mastodon-4-5')).toEqual(['One']);
  expect((await stage.publisher.get(post.id))?.status).toBe('published');
});

test('an account taken out of a post that is out there in part goes on no more', async () => {
  const stage = await createStage({ models: ['mastodon-4.5', 'gotosocial'] });
  const first = stage.networks.get('mastodon-4-5');
  if (first)
    first.faults.rule = (route) =>
      route === 'post' && first.world.visible.length === 1 ? answer(422, { error: 'no' }) : undefined;
  const post = await stage.add({ text: 'One', accounts: ['mastodon-4-5'], thread: [{ text: 'Two' }] });
  await stage.beat();
  const view = await edit(stage, post.id, { text: 'Anew', accounts: ['gotosocial'], publishAt: soon(stage) });
  expect(statuses(view)).toEqual(['gotosocial queued', 'mastodon-4-5 cancelled']);
  await stage.untilQuiet();
  expect([textsOf(stage, 'mastodon-4-5'), textsOf(stage, 'gotosocial')]).toEqual([['One'], ['Anew']]);
});

test('a post of which nobody knows whether it is out cannot be edited', async () => {
  const stage = await createStage();
  const accounts = ['mastodon-4-5'];
  stage.network.faults.next('post', lostRequest);
  const post = await stage.add({ text: 'a', accounts });
  await stage.beat();
  await expect(edit(stage, post.id, { text: 'b', accounts })).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('mastodon-4-5 sending'),
  });
  await expect(edit(stage, 'nothing', { text: 'b', accounts })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('an edit while the files are being uploaded: the new words go out, and only they', async () => {
  const stage = await createStage();
  const accounts = ['mastodon-4-5'];
  const post = await stage.add({ text: 'Old', accounts, media: [{ path: stage.picture('a.png') }] });
  let edited: Promise<PostView> | undefined;
  stage.network.arrived = () => {
    if (edited || stage.network.requests.at(-1)?.route !== 'upload') return;
    edited = edit(stage, post.id, { text: 'New', accounts, publishAt: post.publishAt });
  };
  await stage.patientBeat();
  await edited;
  await stage.untilQuiet();
  expect(edited).toBeDefined();
  expect(textsOf(stage, 'mastodon-4-5')).toEqual(['New']);
});

test('an edit that is refused changes nothing and leaves no copy behind', async () => {
  const stage = await createStage();
  const accounts = ['mastodon-4-5'];
  const post = await stage.add({ text: 'a', accounts, publishAt: soon(stage), key: 'k' });
  await expect(
    edit(stage, post.id, {
      text: 'b',
      accounts: [...accounts, 'stranger'],
      media: [{ path: stage.picture('a.png') }, { path: 'media:none' }],
      key: 'other',
    }),
  ).rejects.toMatchObject({
    details: [
      { field: 'accounts[1]' },
      { field: 'key', message: 'cannot be changed; it says which post this is' },
      {
        field: 'media[1].path',
        message: 'names a file (media:none) that Belfry does not hold; name it by its path',
      },
    ],
  });
  expect(await stage.publisher.get(post.id)).toEqual(post);
  expect(readdirSync(join(stage.home, 'media'))).toEqual([]);
});

test('an edit with another time queues missed accounts again, and a cancelled one stays cancelled beside others', async () => {
  const stage = await createStage({ models: ['mastodon-4.5', 'gotosocial'] });
  const post = await stage.addLate({ text: 'a', accounts: both, publishAt: '2026-11-01T00:00:00Z' });
  await stage.beat();
  const input = inputOfPost((await stage.publisher.get(post.id)) ?? post);
  const same = await edit(stage, post.id, { ...input, text: 'b' });
  expect(statuses(same)).toEqual(['mastodon-4-5 missed', 'gotosocial missed']);
  await stage.publisher.cancelAll({ select: { ids: [post.id], account: 'gotosocial' }, dryRun: false });
  const moved = await edit(stage, post.id, { ...input, publishAt: soon(stage) });
  expect(statuses(moved)).toEqual(['mastodon-4-5 queued', 'gotosocial cancelled']);
  await stage.publisher.cancel(post.id);
  const back = await edit(stage, post.id, { ...input, publishAt: soon(stage, 2) });
  expect(statuses(back)).toEqual(['mastodon-4-5 queued', 'gotosocial queued']);
});

test('a post that gets another place in the queue while its files are uploaded goes out at its new time', async () => {
  const stage = await createStage();
  const [account = ''] = both;
  const post = await stage.add({ text: 'a', accounts: [account], media: [{ path: stage.picture('a.png') }] });
  const from = stage.clock.now();
  let moved: Promise<boolean> | undefined;
  stage.network.arrived = () => {
    if (moved || stage.network.requests.at(-1)?.route !== 'upload') return;
    moved = stage.publisher.reschedule(
      [{ post: post.id, account, from, to: from + hour }],
      'Moved in the queue',
    );
  };
  await stage.patientBeat();
  expect(await moved).toBe(true);
  expect(textsOf(stage, account)).toEqual([]);
  expect(await stage.publisher.get(post.id)).toMatchObject({ publishAt: soon(stage) });
  await stage.clock.advance(hour);
  await stage.patientBeat();
  expect(textsOf(stage, account)).toEqual(['a']);
});

test('of two edits at one instant, the one that names a file which the other took away is refused', async () => {
  const stage = await createStage();
  const [account = ''] = both;
  const given = { text: 'a', accounts: [account], publishAt: soon(stage) };
  const post = await stage.add({ ...given, media: [{ path: stage.picture('a.png') }] });
  const kept = { ...inputOfPost(post), text: 'with' };
  const results = await Promise.allSettled([
    edit(stage, post.id, { ...given, text: 'without' }),
    edit(stage, post.id, kept),
  ]);
  const after = await stage.publisher.get(post.id);
  expect(readdirSync(join(stage.home, 'media'))).toEqual(after?.media.map(({ id }) => id));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  expect(after?.text).toBe('without');
});
