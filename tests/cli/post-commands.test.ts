import { describe, expect, test } from 'vitest';
import { seconds } from '../../electron/cli/posts/times.ts';
import { inputOfPost } from '../../shared/index.ts';
import { opened } from './publisher.ts';
import { json } from './terminal.ts';

test.each([
  ['30m', 1800],
  ['-1d', -86_400],
  ['2h', 7200],
  ['1w', 604_800],
  ['90', undefined],
  ['1y', undefined],
])('the length %s', (text, expected) => {
  expect(seconds(text)).toBe(expected);
});

describe('changing posts', () => {
  test('move and set refuse a past time unless --past says what is meant', async () => {
    const { stage, run, file } = await opened();
    const publishAt = '2026-12-01T09:00:00Z';
    const post = await stage.add({ text: 'Old', accounts: ['gotosocial'], publishAt });
    const late = ['--to', '2026-11-01T09:00'];
    const input = file(
      'late.json',
      JSON.stringify({ ...inputOfPost(post), publishAt: '2026-11-01T09:00:00Z' }),
    );
    for (const command of [
      ['move', post.id, ...late],
      ['move', post.id, ...late, '--every', '30m'],
      ['move', post.id, '--by', '-60d'],
      ['set', post.id, input],
    ])
      expect(await run(command), command.join(' ')).toMatchObject({
        code: 2,
        err: expect.stringMatching(/days in the past.*move-to-slot or draft/),
      });
    expect(await stage.publisher.get(post.id)).toEqual(post);
    expect(json(await run(['set', post.id, input, '--past', 'draft', '--json']))).toMatchObject({
      status: 'draft',
    });
    expect(json(await run(['move', post.id, ...late, '--past', 'publish', '--json']))).toMatchObject({
      status: 'queued',
      publishAt: new Date(stage.clock.now()).toISOString(),
    });
  });

  test('set, check, move, history and the filters of the list', async () => {
    const { stage, run, file } = await opened();
    const post = await stage.add({
      text: 'Old',
      accounts: ['gotosocial'],
      publishAt: '2026-12-01T09:00:00Z',
      tags: ['spring'],
    });
    const input = file('new.json', JSON.stringify({ ...inputOfPost(post), text: 'New words' }));
    expect(json(await run(['set', post.id, input, '--json']))).toMatchObject({ text: 'New words' });
    expect((await run(['check', input])).out).toContain('is the same as that of post');
    expect((await run(['check', input, '--id', post.id])).out).toBe('Nothing stands in its way.\n');
    const long = file('long.json', JSON.stringify({ text: 'x'.repeat(501), accounts: ['mastodon-4-5'] }));
    expect(await run(['check', long])).toMatchObject({
      code: 2,
      out: expect.stringContaining('problem  text: has 501'),
    });
    expect(json(await run(['move', post.id, '--to', '2026-12-02T09:00', '--json']))).toMatchObject({
      publishAt: '2026-12-02T08:00:00.000Z',
    });
    const moved = await run(['move', '--tag', 'spring', '--by', '1d', '--dry-run']);
    expect(moved.out).toContain('A dry run: 1 post would be changed.');
    expect((await run(['move', '--tag', 'spring', '--by', '1d'])).out).toContain('Moved 1 post.');
    expect((await run(['history', post.id])).out).toContain('Moved by hand to 2026-12-03T08:00:00.000Z');
    const found = await run([
      '--tag',
      'spring',
      '--search',
      'WORDS',
      '--from',
      '2026-12-03T00:00',
      '--soonest',
      '--json',
    ]);
    expect(json(found)).toMatchObject([{ id: post.id, tags: ['spring'] }]);
    expect((await run(['--status', 'failed,missed'])).out).toBe('No posts.\n');
    expect((await run(['cancel'])).err).toContain('It is not said which posts');
    expect((await run(['move', post.id])).err).toContain('Exactly one of --to, --by and --draft');
    expect((await run(['move', post.id, '--to', 'soon'])).err).toContain('--to must be a time');
    expect((await run(['cancel', '--tag', 'spring'])).out).toContain('Cancelled 1 post.');
    expect((await run(['retry', '--tag', 'spring'])).out).toBe('No post fits: nothing was changed.\n');
  });
});

test('what a post waits for stands in the list, with the post and at the end of its history', async () => {
  const { stage, run } = await opened();
  stage.statuses.set('gotosocial', 'sign-in-needed');
  const post = await stage.add({ text: 'Hello', accounts: ['mastodon-4-5', 'gotosocial'] });
  const list = await run([]);
  expect(list.out).toMatch(/WAITS FOR/);
  expect(list.out).toContain('its turn; a sign-in to its account');
  expect((await run(['show', post.id])).out).toContain('    waits for a sign-in to its account');
  expect((await run(['history', post.id])).out).toContain('gotosocial waits for a sign-in to its account.');
  expect(json(await run(['--json']))).toMatchObject([
    { targets: [{ waits: { for: 'turn' } }, { waits: { for: 'sign-in' } }] },
  ]);
});
