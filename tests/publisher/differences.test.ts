import { describe, expect, test } from 'vitest';
import { answer, lostAnswer, type ModelName } from '../support/fake-networks/index.ts';
import type { Model } from '../support/fake-networks/models.ts';
import { realFilm } from '../support/films.ts';
import { createStage, type Stage } from '../support/publishing.ts';

/** What was published is compared with what was meant. */

async function open(model: ModelName, changed: Partial<Model> = {}) {
  const stage = await createStage({ models: [model] });
  const { world } = stage.network;
  world.model = { ...world.model, ...changed };
  const accounts = [...stage.networks.keys()];
  const target = async (id: string) => (await stage.publisher.get(id))?.targets[0];
  const lastNote = async (id: string) => (await stage.publisher.history(id)).at(-1)?.note;
  return { stage, world, accounts, target, lastNote, faults: stage.network.faults };
}

const poll = { options: ['Yes', 'No'], durationSeconds: 86_400, multiple: true, hideTotals: false };

test('a poll that the server drops is noted, and the next post goes as a form, which it reads', async () => {
  const { stage, world, accounts, target, lastNote } = await open('pleroma', { reads: 'flat' });
  const one = await stage.add({ text: 'one', accounts, poll });
  await stage.patientBeat();
  expect(await target(one.id)).toMatchObject({ status: 'published', differs: ['poll missing'] });
  expect(await lastNote(one.id)).toBe('Published, differs: poll missing');
  const two = await stage.add({ text: 'two', accounts, poll });
  await stage.patientBeat();
  expect(await target(two.id)).toMatchObject({ status: 'published', differs: [] });
  expect(world.visible[1]?.poll).toEqual({ options: ['Yes', 'No'], expires_in: '86400', multiple: 'true' });
});

test('a server that drops polls and reads no forms gets JSON again, and no post is lost by that', async () => {
  const { stage, accounts, target, faults } = await open('pleroma', { drops: ['poll'] });
  faults.rule = (route) => {
    const asked = stage.network.requests.at(-1)?.asked;
    return route === 'post' && asked?.isForm ? answer(422, { error: 'blank' }) : undefined;
  };
  const posts = [];
  for (const text of ['a', 'b', 'c']) posts.push(await stage.add({ text, accounts, poll }));
  await stage.untilQuiet();
  for (const { id } of posts)
    expect(await target(id)).toMatchObject({ status: 'published', differs: ['poll missing'] });
  expect(stage.network.requests.filter(({ asked, route }) => route === 'post' && asked.isForm)).toHaveLength(
    1,
  );
});

test('a server that nobody knows gets forms, with everything in them', async () => {
  const { stage, world, accounts, target } = await open('small');
  const polled = await stage.add({
    text: 'a & b = c',
    accounts,
    poll,
    visibility: 'unlisted',
    language: 'de',
  });
  const media = ['one', 'two'].map((name) => ({ path: stage.picture(`${name}.png`), alt: name }));
  const pictured = await stage.add({ text: 'x', accounts, media, contentWarning: 'W', sensitive: true });
  await stage.untilQuiet();
  expect([(await target(polled.id))?.differs, (await target(pictured.id))?.differs]).toEqual([[], []]);
  expect(world.visible).toMatchObject([
    { text: 'a & b = c', visibility: 'unlisted', language: 'de', poll: { options: ['Yes', 'No'] } },
    { media: [expect.any(String), expect.any(String)], warning: 'W', sensitive: true },
  ]);
});

test('a server that nobody knows and that reads JSON only gets that after its first refusal', async () => {
  const { stage, world, accounts, target, faults } = await open('small', { reads: 'all' });
  faults.rule = (route) => {
    const asked = stage.network.requests.at(-1)?.asked;
    return route === 'post' && asked?.isForm ? answer(415, { error: 'JSON, please' }) : undefined;
  };
  const posts = [await stage.add({ text: 'a', accounts }), await stage.add({ text: 'b', accounts })];
  await stage.untilQuiet();
  const statuses = await Promise.all(posts.map(async ({ id }) => (await target(id))?.status));
  expect([world.visible.map(({ text }) => text).sort(), statuses]).toEqual([
    ['a', 'b'],
    ['published', 'published'],
  ]);
});

test('a server that takes neither form has the last word', async () => {
  const { stage, accounts, target, faults } = await open('small');
  faults.rule = (route) => (route === 'post' ? answer(415, { error: 'no' }) : undefined);
  const post = await stage.add({ text: 'a', accounts });
  await stage.untilQuiet();
  expect((await target(post.id))?.status).toBe('failed');
  expect(stage.network.requests.filter(({ route }) => route === 'post')).toHaveLength(2);
});

describe('Meta answers with an id only, so the post is read back', () => {
  const files = (stage: Stage, ...names: string[]) =>
    names.map((name) => ({
      path: stage.picture(name),
      alt: `Alt of ${name}`,
      url: `https://cdn.example/${name}`,
    }));
  const story = { format: 'story' as const };

  type Kind = 'text' | 'picture' | 'story' | 'album' | 'film';
  test.each<[ModelName, Kind, Model['drops'], string[]]>([
    ['facebook', 'text', ['text'], ['text missing']],
    ['facebook', 'album', ['text', 'media'], ['text missing', 'files missing']],
    ['facebook', 'album', [], []],
    ['facebook', 'picture', ['media'], ['files missing']],
    ['facebook', 'picture', [], []],
    ['facebook', 'picture', ['alt'], ['alt text missing']],
    ['facebook', 'album', ['alt', 'text'], ['text missing', 'alt text missing']],
    ['facebook', 'story', ['alt'], []],
    ['facebook', 'film', ['text'], ['text missing']],
    ['facebook', 'film', [], []],
    ['instagram', 'picture', ['text'], ['text missing']],
    ['instagram', 'album', ['media'], ['1 of 2 files']],
    ['instagram', 'album', [], []],
    ['instagram', 'picture', ['alt'], ['alt text missing']],
    ['instagram', 'album', ['alt'], ['alt text missing']],
    ['instagram', 'film', [], []],
    ['instagram', 'story', ['text', 'alt'], []],
  ])('%s, %s, of which it drops %j', async (model, kind, drops, differs) => {
    const { stage, accounts, target, lastNote } = await open(model, { drops });
    const pictures = { text: [], picture: ['a.jpg'], story: ['a.jpg'], album: ['a.jpg', 'b.jpg'], film: [] };
    const films = kind === 'film' ? [{ path: await realFilm(stage.home, 'a.mp4') }] : [];
    const media = [...files(stage, ...pictures[kind]), ...films];
    const overrides = kind === 'story' ? { [model]: story } : {};
    const post = await stage.add({
      text: 'See https://example.org',
      accounts,
      media,
      overrides,
    });
    await stage.patientBeat();
    expect(await target(post.id)).toMatchObject({ status: 'published', error: null, differs });
    const note = `What the network shows differs: ${differs.join(', ')}`;
    expect(await lastNote(post.id)).toBe(differs.length === 0 ? 'Published' : note);
  });

  test.each<ModelName>(['facebook', 'instagram'])(
    '%s: one found after a lost answer is, too',
    async (model) => {
      const { stage, accounts, target, faults } = await open(model, { drops: ['media'] });
      faults.next('post', lostAnswer);
      const media = files(stage, 'a.jpg', 'b.jpg');
      const post = await stage.add({ text: 'Hello', accounts, media });
      await stage.untilQuiet();
      const [difference] = (await target(post.id))?.differs ?? [];
      expect(difference).toBe(model === 'facebook' ? 'files missing' : '1 of 2 files');
    },
  );

  test.each<ModelName>(['facebook', 'instagram'])('%s: a first comment is compared, too', async (model) => {
    const { stage, accounts, target, lastNote } = await open(model, { drops: ['comment'] });
    const post = await stage.add({
      text: 'Hello',
      accounts,
      media: files(stage, 'a.jpg'),
      firstComment: 'See also',
    });
    await stage.patientBeat();
    const differs = ['first comment: text missing'];
    expect(await target(post.id)).toMatchObject({ status: 'published', error: null, differs });
    expect(await lastNote(post.id)).toBe('What the network shows differs: text missing');
  });

  test('post and first comment may both differ; neither forgets the other, nor the address', async () => {
    const { stage, accounts, target } = await open('instagram', { drops: ['alt', 'comment'] });
    const media = files(stage, 'a.jpg');
    const post = await stage.add({ text: 'Hello', accounts, media, firstComment: 'See also' });
    await stage.patientBeat();
    expect(await target(post.id)).toMatchObject({
      differs: ['alt text missing', 'first comment: text missing'],
      url: expect.stringContaining('instagram.example/p/'),
    });
  });

  test('a version of Instagram that knows no alt texts is asked for the rest, and none is said to be missing', async () => {
    const { stage, accounts, target, faults } = await open('instagram', { drops: ['text'] });
    faults.rule = (route) => {
      const asked = stage.network.requests.at(-1)?.asked.query.get('fields');
      if (route !== 'shown' || !asked?.includes('alt_text')) return undefined;
      return answer(400, { error: { code: 100, message: 'nonexistent field (alt_text)' } });
    };
    const post = await stage.add({ text: 'Hello', accounts, media: files(stage, 'a.jpg') });
    await stage.patientBeat();
    expect((await target(post.id))?.differs).toEqual(['text missing']);
  });

  test.each<[string, string | null, string[]]>([
    ['the same', 'Alt of  a.jpg', []],
    ['shortened', 'Alt of a', []],
    ['none', null, ['alt text missing']],
    ['another one', 'May be an image of a tower', ['alt text changed']],
  ])('a Page that shows %s as alt text', async (_, alt, differs) => {
    const { stage, accounts, target, faults } = await open('facebook');
    faults.rule = (route) => {
      const id = stage.network.requests.at(-1)?.asked.query.get('ids');
      return route === 'shown' && id ? answer(200, { [id]: { id, alt_text_custom: alt } }) : undefined;
    };
    const post = await stage.add({ text: 'Hello', accounts, media: files(stage, 'a.jpg') });
    await stage.patientBeat();
    expect((await target(post.id))?.differs).toEqual(differs);
  });

  test('what takes a moment to be shown is no difference', async () => {
    const { stage, accounts, target, faults } = await open('facebook');
    faults.next('shown', answer(200, { id: '1_1', permalink_url: 'https://www.facebook.example/1' }));
    const post = await stage.add({ text: 'Hello', accounts, media: files(stage, 'a.jpg', 'b.jpg') });
    await stage.patientBeat();
    expect(await target(post.id)).toMatchObject({ status: 'published', differs: [] });
  });
});

describe('each difference', () => {
  const whole = {
    id: '1',
    content: '<p>Hello</p>',
    visibility: 'private',
    spoiler_text: 'W',
    sensitive: true,
    language: 'de',
    media_attachments: [{ description: 'One' }, { description: 'Two' }],
    poll: null,
  };
  test.each<[string, object, string[]]>([
    ['nothing', {}, []],
    ['a region less', { language: 'DE' }, []],
    ['no word about it', { spoiler_text: undefined, sensitive: undefined, language: null }, []],
    ['no text', { content: '' }, ['text missing']],
    ['another text', { content: '<p>Buy now</p>' }, ['text changed']],
    ['no files', { media_attachments: [] }, ['files missing']],
    ['a file less', { media_attachments: [{ description: 'One' }] }, ['1 of 2 files']],
    [
      'no alt text',
      { media_attachments: [{ description: null }, { description: 'Two' }] },
      ['alt text missing'],
    ],
    ['everybody sees it', { visibility: 'public' }, ['visibility public instead of private']],
    [
      'no warning',
      { spoiler_text: '', sensitive: false },
      ['content warning missing', 'not marked as sensitive'],
    ],
    ['another language', { language: 'en' }, ['language en instead of de-AT']],
  ])('%s', async (_, changed, differs) => {
    const { stage, accounts, target, faults } = await open('mastodon-4.5');
    faults.next('post', answer(200, { ...whole, ...changed }));
    const post = await stage.add({
      text: 'Hello',
      accounts,
      visibility: 'private',
      contentWarning: 'W',
      sensitive: true,
      language: 'de-AT',
      media: ['One', 'Two'].map((alt) => ({ path: stage.picture(`${alt}.png`), alt })),
    });
    await stage.patientBeat();
    expect(await target(post.id)).toMatchObject({ status: 'published', differs });
  });

  test('a part that is outside its thread says which it is', async () => {
    const { stage, accounts, target, faults, lastNote } = await open('mastodon-4.5');
    faults.rule = (route) =>
      route === 'post' && stage.network.world.visible.length === 1
        ? answer(200, { id: '2', content: '<p>b</p>', visibility: 'public', in_reply_to_id: null })
        : undefined;
    const post = await stage.add({ text: 'a', accounts, thread: [{ text: 'b' }] });
    await stage.patientBeat();
    expect((await target(post.id))?.differs).toEqual(['part 2: not in the thread']);
    expect(await lastNote(post.id)).toBe('Part 2 of 2 published, differs: not in the thread');
  });

  test('a post that is found after its answer was lost is compared, too', async () => {
    const { stage, accounts, target, faults } = await open('gotosocial', { drops: ['visibility'] });
    faults.next('post', lostAnswer);
    const post = await stage.add({ text: 'a', accounts, visibility: 'private' });
    await stage.untilQuiet();
    expect(await target(post.id)).toMatchObject({
      status: 'published',
      differs: ['visibility unlisted instead of private'],
    });
  });
});
