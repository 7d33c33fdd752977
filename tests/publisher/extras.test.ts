import { expect, test } from 'vitest';
import { type PostDraft, parse, postInputSchema } from '../../shared/index.ts';
import { answer, lostAnswer, lostRequest, type ModelName, models } from '../support/fake-networks/index.ts';
import { createStage, type Stage } from '../support/publishing.ts';

const names = Object.keys(models) as ModelName[];
const isMeta = (model: ModelName) => models[model].api !== 'mastodon';

/** A stage with one account, and a post with a first comment that its network takes. */
async function open(model: ModelName) {
  const stage = await createStage({ models: [model] });
  const account = [...stage.networks.keys()][0] ?? '';
  const media = models[model].textOnly
    ? []
    : [{ path: stage.picture('a.jpg'), url: 'https://cdn.example/a.jpg' }];
  const add = (post: Partial<PostDraft> = {}) =>
    stage.add({ text: 'The post', accounts: [account], media, firstComment: 'The comment', ...post });
  const target = async (id: string) => (await stage.publisher.get(id))?.targets[0];
  return { ...stage, stage, account, add, target };
}
const texts = (stage: Stage) => stage.network.world.visible.map(({ text }) => text);
/** Requests that make something visible. */
const sends = (stage: Stage) => stage.network.requests.filter(({ route }) => route === 'post').length;
const refusal = (model: ModelName, code: number) =>
  isMeta(model) ? answer(400, { error: { message: 'no', code } }) : answer(422, { error: 'no' });

test.each(names)('%s: the first comment follows its post, as an answer to it', async (model) => {
  const { stage, add, target } = await open(model);
  const post = await add();
  await stage.untilQuiet();
  const [seen, comment] = stage.network.world.visible;
  expect(texts(stage)).toEqual(['The post', 'The comment']);
  expect(comment?.replyTo).toBe(seen?.id);
  expect(await target(post.id)).toMatchObject({
    status: 'published',
    remoteId: seen?.id,
    url: expect.stringContaining(seen?.id ?? '?'),
    error: null,
  });
  expect((await stage.publisher.history(post.id)).map(({ status, note }) => `${status}: ${note}`)).toEqual([
    'sending: Being sent',
    'queued: Published; its first comment comes next',
    'sending: Being sent',
    'published: Its first comment is published',
  ]);
});

test.each(names)('%s: a lost answer to the comment does not double it', async (model) => {
  const { stage, add, target } = await open(model);
  for (const fault of [lostAnswer, lostRequest]) {
    const before = stage.network.world.visible.length;
    let asked = 0;
    // The post itself gets through; what is lost is the comment.
    stage.network.faults.rule = (route) => {
      if (route !== 'post') return undefined;
      asked += 1;
      return asked === 2 ? fault : undefined;
    };
    const post = await add({ text: `The post ${before}`, firstComment: `The comment ${before}` });
    await stage.untilQuiet();
    expect(texts(stage).slice(before)).toEqual([`The post ${before}`, `The comment ${before}`]);
    expect((await target(post.id))?.status).toBe('published');
  }
});

test.each(names)(
  '%s: a comment that is refused leaves the post published, and a person is told once',
  async (model) => {
    const { stage, add, target } = await open(model);
    let asked = 0;
    stage.network.faults.rule = (route) => {
      if (route !== 'post') return undefined;
      asked += 1;
      // 200: the token may not comment; that must not pause an account that can publish.
      return asked === 2 ? refusal(model, 200) : undefined;
    };
    const post = await add();
    await stage.untilQuiet();
    expect(texts(stage)).toEqual(['The post']);
    expect(await target(post.id)).toMatchObject({
      status: 'published',
      error: { message: expect.stringContaining('The post is published, but its first comment is not') },
    });
    expect(stage.told).toMatchObject([{ kind: 'comment' }]);
    await stage.untilQuiet();
    expect(sends(stage)).toBe(2);
    const next = await add({ firstComment: null, text: 'The next' });
    await stage.untilQuiet();
    expect((await target(next.id))?.status).toBe('published');
  },
);

test('a comment that keeps failing does not hold up the posts behind it for long', async () => {
  const { stage, add, target } = await open('mastodon-4.5');
  stage.network.faults.rule = (route) =>
    route === 'post' && texts(stage).includes('The post') && !texts(stage).includes('Behind')
      ? answer(429, { error: 'slow down' })
      : undefined;
  const post = await add();
  const behind = await add({ text: 'Behind', firstComment: null });
  const seconds = await stage.untilQuiet(2);
  expect((await target(post.id))?.status).toBe('published');
  expect((await target(behind.id))?.status).not.toBe('published');
  stage.network.faults.rule = () => undefined;
  await stage.untilQuiet(3);
  expect((await target(behind.id))?.status).toBe('published');
  expect(seconds).toBeLessThan(3 * 3600);
});

test('an unknown comment that cannot be decided leaves the post published with a remark', async () => {
  const { stage, add, target } = await open('mastodon-4.5');
  let asked = 0;
  stage.network.faults.rule = (route) => {
    if (route !== 'post') return undefined;
    asked += 1;
    return asked === 2 ? lostAnswer : undefined;
  };
  stage.network.world.model = { ...stage.network.world.model, hasSource: false };
  const post = await add({ firstComment: 'A comment of some length, with an end' });
  await stage.beat();
  const comment = stage.network.world.visible[1];
  if (comment) comment.text = 'A comment of some length, with another end';
  await stage.untilQuiet();
  expect(await target(post.id)).toMatchObject({ status: 'published', error: { code: 'NEEDS_PERSON' } });
  expect(texts(stage)).toHaveLength(2);
});

test('cancelling a post whose comment is still to come leaves the post published', async () => {
  const { stage, add, target } = await open('mastodon-4.5');
  let asked = 0;
  stage.network.faults.rule = (route) => {
    if (route !== 'post') return undefined;
    asked += 1;
    return asked === 2 ? answer(429, '') : undefined;
  };
  const post = await add();
  await stage.beat();
  expect((await target(post.id))?.status).toBe('queued');
  await stage.publisher.cancel(post.id);
  await stage.untilQuiet();
  expect((await target(post.id))?.status).toBe('published');
  expect(texts(stage)).toEqual(['The post']);
});

test('each account gets the words, thread, poll and comment that are meant for it', async () => {
  const stage = await createStage({ models: ['mastodon-4.5', 'facebook'] });
  const accounts = ['mastodon-4-5', 'facebook'];
  const post = await stage.add({
    text: 'Which one?',
    accounts,
    contentWarning: 'Choices',
    sensitive: false,
    thread: [{ text: 'More' }],
    poll: { options: ['One', 'Two'], durationSeconds: 3600 },
    firstComment: 'General',
    overrides: {
      'mastodon-4-5': { thread: ['Mehr'], sensitive: true, language: 'de', visibility: 'unlisted' },
      facebook: { text: 'Tell us', thread: [], poll: null, firstComment: 'For Facebook', contentWarning: '' },
    },
  });
  await stage.untilQuiet();
  expect((await stage.publisher.get(post.id))?.status).toBe('published');
  const seen = [...stage.networks.values()].map(({ world }) => world.visible);
  expect(seen[0]).toMatchObject([
    {
      text: 'Which one?',
      sensitive: true,
      language: 'de',
      visibility: 'unlisted',
      warning: 'Choices',
      poll: { options: ['One', 'Two'], expires_in: 3600, multiple: false, hide_totals: false },
    },
    { text: 'Mehr', poll: null },
    { text: 'General', poll: null },
  ]);
  expect(seen[0]?.map(({ replyTo }) => replyTo)).toEqual([null, seen[0]?.[0]?.id, seen[0]?.[0]?.id]);
  expect(seen[1]?.map(({ text }) => text)).toEqual(['Tell us', 'For Facebook']);
});

test('a poll is checked against the limits of each server, and refused where there are none', async () => {
  const stage = await createStage({ models: ['mastodon-4.5', 'pixelfed', 'friendica', 'facebook'] });
  const host = (id: string) => new URL(stage.networks.get(id)?.address ?? '').host;
  const post: PostDraft = {
    text: 'Which?',
    accounts: [...stage.networks.keys()],
    media: [{ path: stage.picture('a.png') }],
    poll: { options: ['1', '2', '3', '4', 'x'.repeat(51)], durationSeconds: 60 },
    overrides: { facebook: { poll: null } },
  };
  const { problems } = await stage.publisher.check(parse(postInputSchema, post, 'a test'));
  expect(problems.map(({ field, message }) => `${field}: ${message}`)).toEqual([
    `poll: stands beside files, which ${host('mastodon-4-5')} does not take together; remove the poll or the files`,
    `poll: has 5 options, and ${host('mastodon-4-5')} takes 4; remove 1 option`,
    `poll: has an option of 51 characters, and ${host('mastodon-4-5')} takes 50; shorten option 5 by 1 character`,
    `poll: lasts 60 s, and ${host('mastodon-4-5')} takes 5 min to 30.4 days; let it last at least 5 min`,
    `poll: cannot be shown, since ${host('pixelfed')} has no polls; leave it out for this account`,
    `poll: cannot be shown, since ${host('friendica')} has no polls; leave it out for this account`,
  ]);
  await expect(
    stage.add({ text: 'Which?', accounts: ['facebook'], poll: { options: ['1', '2'] } }),
  ).rejects.toMatchObject({ field: 'poll' });
});

test.each<[string, Partial<PostDraft>, string]>([
  ['one option', { poll: { options: ['a'] } }, 'poll.options: must be at least 2'],
  ['an option twice', { poll: { options: ['a', 'a'] } }, 'poll.options: names an option twice'],
  ['a blank option', { poll: { options: ['a', ' '] } }, 'poll.options[1]: must be one line of text'],
  [
    'a blank comment',
    { firstComment: ' \n' },
    'firstComment: must have text; white space alone is no comment',
  ],
  ['a tag with a comma', { tags: ['a,b'] }, 'tags[0]: must not contain a comma or a line break'],
  [
    'a longer thread for one account',
    { overrides: { a: { thread: ['x'] } } },
    'overrides: has a thread with more parts than the post',
  ],
])('%s is refused', (_, more, message) => {
  const found = postInputSchema.safeParse({ text: 'a', accounts: ['a'], ...more });
  const problems = found.error?.issues.map(({ path, message: text }) => `${at(path)}: ${text}`);
  expect(problems).toContain(message);
});

function at(path: PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .slice(1);
}

test('a draft with a time stays one, and tags are labels only', async () => {
  const stage = await createStage();
  const post = await stage.add({
    text: 'a',
    accounts: ['mastodon-4-5'],
    draft: true,
    tags: ['news', ' sport ', 'news'],
  });
  await stage.untilQuiet();
  expect(post).toMatchObject({ status: 'draft', publishAt: expect.any(String), tags: ['news', 'sport'] });
  expect(stage.network.requests).toEqual([]);
});
