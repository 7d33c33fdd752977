import { describe, expect, test } from 'vitest';
import { emptyMove, moveOf } from '../../renderer/features/posts/bulk-move.tsx';
import {
  addPart,
  changeOverride,
  changePart,
  raisePart,
  removePart,
} from '../../renderer/features/posts/composer-changes.ts';
import {
  copyOf,
  type Draft,
  draftOf,
  emptyDraft,
  isPast,
  toPost,
} from '../../renderer/features/posts/composer-draft.ts';
import { elsewhere, notesOf, placeOf } from '../../renderer/features/posts/composer-notes.ts';
import { richText } from '../../renderer/features/posts/rich-text.ts';
import { shownOf, shownOfDraft } from '../../renderer/features/posts/shown-on.ts';
import { inputOfPost, postInputSchema } from '../../shared/index.ts';
import { samplePost, sampleTarget } from '../support/window/sample.ts';

const now = Date.parse('2026-11-22T09:00:00Z');
const zone = 'America/New_York';
const part = (text: string, key = 1) => ({ key, text, media: [] });
const draft: Draft = { ...emptyDraft, parts: [part('Hello')], accounts: ['ada'] };
const file = {
  id: 'm1',
  name: 'tower.png',
  alt: 'A tower',
  mime: 'image/png',
  bytes: 1000,
  focus: [0.5, -0.25] as [number, number],
  url: 'https://a.example/tower.png',
};
const rich = samplePost({
  id: 'rich',
  text: 'First',
  publishAt: '2026-11-23T14:00:17.000Z',
  media: [file],
  thread: [
    { text: 'Second', media: [] },
    { text: 'Third', media: [{ ...file, id: 'm2', focus: null, url: null }] },
  ],
  firstComment: 'More below',
  tags: ['towers', 'news'],
  contentWarning: 'Height',
  visibility: 'unlisted',
  language: 'pt-BR',
  sensitive: false,
  note: 'n',
  targets: [
    sampleTarget({ account: 'ada', override: { text: 'Own', thread: ['Own second'], poll: null } }),
    sampleTarget({ account: 'bob' }),
  ],
});

describe('the time of a draft', () => {
  test('is meant in the user’s zone', () => {
    expect(toPost({ ...draft, at: '2026-11-23T09:00' }, zone, now)).toMatchObject({
      text: 'Hello',
      accounts: ['ada'],
      publishAt: '2026-11-23T14:00:00.000Z',
    });
  });

  test('now, a slot and not yet need none; a missing one is said', () => {
    expect(toPost({ ...draft, when: 'now' }, 'UTC', now)).toMatchObject({
      publishAt: '2026-11-22T09:00:00.000Z',
    });
    expect(toPost({ ...draft, when: 'draft' }, 'UTC', now)).toMatchObject({ publishAt: null });
    expect(toPost({ ...draft, when: 'slot' }, 'UTC', now)).toMatchObject({ publishAt: null });
    expect(toPost(draft, 'UTC', now)).toHaveProperty('problem');
  });

  test('a draft may have one, and stays a draft', () => {
    expect(toPost({ ...draft, when: 'draft', at: '2026-11-23T09:00' }, 'UTC', now)).toMatchObject({
      publishAt: '2026-11-23T09:00:00.000Z',
      draft: true,
    });
  });

  test('one that is over is noticed, with a minute of grace', () => {
    expect(isPast({ ...draft, at: '2026-11-22T08:54' }, 'UTC', now)).toBe(true);
    expect(isPast({ ...draft, at: '2026-11-22T09:00' }, 'UTC', now)).toBe(false);
  });

  test('is kept to the second while its minute is not changed', () => {
    const edited = draftOf(rich, zone);
    expect(toPost(edited, zone, now)).toMatchObject({ publishAt: '2026-11-23T14:00:17.000Z' });
    expect(toPost({ ...edited, at: '2026-11-23T09:01' }, zone, now)).toMatchObject({
      publishAt: '2026-11-23T14:01:00.000Z',
    });
  });
});

describe('the form of a post', () => {
  test('gives back the post that it was made from, without loss', () => {
    const made = postInputSchema.parse(toPost(draftOf(rich, zone), zone, now));
    expect(made).toEqual(postInputSchema.parse(inputOfPost(rich)));
  });

  test('of a copy has its words and files, and no time', () => {
    expect(copyOf(rich)).toMatchObject({ when: 'at', at: '', exactAt: null, firstComment: 'More below' });
    expect(copyOf(rich).parts[0].media[0]).toMatchObject({ path: 'media:m1', name: 'tower.png' });
  });

  test('leaves out what an account that is not chosen would get', () => {
    const { overrides } = postInputSchema.parse(
      toPost({ ...draftOf(rich, zone), accounts: ['bob'] }, zone, now),
    );
    expect(overrides).toEqual({});
  });

  test('takes labels apart at commas', () => {
    expect(toPost({ ...draft, when: 'now', tags: ' a, b c ,, ' }, zone, now)).toMatchObject({
      tags: ['a', 'b c'],
    });
  });
});

describe('the parts of a thread', () => {
  const three: Draft = {
    ...draft,
    parts: [part('1', 1), part('2', 2), part('3', 3)],
    overrides: { ada: { text: 'own 1', thread: ['own 2', 'own 3'] }, bob: { text: 'only 1' } },
  };
  const texts = ({ parts }: Draft) => parts.map(({ text }) => text);

  test('are added with a key of their own', () => {
    expect(addPart(three).parts.map(({ key }) => key)).toEqual([1, 2, 3, 4]);
  });

  test('change places together with what accounts say there', () => {
    const raised = raisePart(three, 2);
    expect(texts(raised)).toEqual(['1', '3', '2']);
    expect(raised.overrides['ada']).toEqual({ text: 'own 1', thread: ['own 3', 'own 2'] });
    const first = raisePart(three, 1);
    expect(texts(first)).toEqual(['2', '1', '3']);
    expect(first.overrides['ada']).toEqual({ text: 'own 2', thread: ['own 1', 'own 3'] });
  });

  test('go together with what accounts say there; the last one stays', () => {
    const left = removePart(three, 1);
    expect(texts(left)).toEqual(['1', '3']);
    expect(left.overrides['ada']).toEqual({ text: 'own 1', thread: ['own 3'] });
    const beheaded = removePart(three, 0);
    expect(texts(beheaded)).toEqual(['2', '3']);
    expect(beheaded.overrides['ada']).toEqual({ text: 'own 2', thread: ['own 3'] });
    expect(texts(removePart(draft, 0))).toEqual(['Hello']);
  });

  test('the first cannot rise', () => {
    expect(raisePart(three, 0)).toBe(three);
  });

  test('one is changed without the others', () => {
    expect(texts(changePart(three, 1, { text: 'two' }))).toEqual(['1', 'two', '3']);
  });

  test('what an account gets goes back to the post’s own', () => {
    const own = changeOverride(draft, 'ada', { text: 'Own', sensitive: false });
    expect(own.overrides['ada']).toEqual({ text: 'Own', sensitive: false });
    expect(changeOverride(own, 'ada', { text: undefined }).overrides['ada']).toEqual({ sensitive: false });
  });
});

describe('remarks', () => {
  test.each([
    ['text', 'text'],
    ['thread[1].text', 'thread[1].text'],
    ['thread[0].media[2].path', 'thread[0].media[2]'],
    ['media[0]', 'media[0]'],
    ['thread[0].media[2].alt', 'thread[0].media[2].alt'],
    ['media', 'media'],
    ['poll.options[1]', 'poll'],
    ['overrides.ada-1.text', 'overrides.ada-1.text'],
    ['overrides.ada.thread[0]', 'overrides.ada.thread[0]'],
    ['overrides.ada.poll.options', 'overrides.ada.poll'],
    ['accounts[0]', 'accounts'],
    ['tags[3]', 'tags'],
    ['key', elsewhere],
    ['textual', elsewhere],
  ])('on %s stand at "%s"', (field, place) => {
    expect(placeOf(field)).toBe(place);
  });

  test('are sentences, apart by kind, and none is said twice', () => {
    const notes = notesOf(
      [
        { field: 'post.text', message: 'has 600 characters' },
        { field: 'text', message: 'has 600 characters' },
        { field: 'media[0].path', message: 'is no picture' },
        { field: 'publishAt', message: 'Choose a time.' },
      ],
      [{ field: 'media[0]', message: 'has no description' }],
    );
    expect([...notes.refusals]).toEqual([
      ['text', ['This has 600 characters.']],
      ['media[0]', ['This is no picture.']],
      ['publishAt', ['Choose a time.']],
    ]);
    expect([...notes.advice]).toEqual([['media[0]', ['This has no description.']]]);
  });
});

describe('what people see', () => {
  test('is the post’s own words, or those of the account', () => {
    expect(shownOf(rich, 'bob').parts.map(({ text }) => text)).toEqual(['First', 'Second', 'Third']);
    expect(shownOf(rich, 'ada').parts.map(({ text }) => text)).toEqual(['Own', 'Own second']);
    expect(shownOfDraft(draftOf(rich, zone), 'ada').parts).toHaveLength(2);
  });

  test('stays what was published after an edit', () => {
    const sent = { text: 'As it was', thread: [], media: ['old.png'] };
    const post = samplePost({
      id: 'p',
      text: 'As it is',
      targets: [sampleTarget({ account: 'ada', status: 'published', sent })],
    });
    expect(shownOf(post, 'ada').parts).toMatchObject([{ text: 'As it was', media: [{ name: 'old.png' }] }]);
  });

  test('marks addresses, hashtags and mentions, and nothing else', () => {
    const kinds = (text: string) =>
      richText(text)
        .filter(({ kind }) => kind !== 'plain')
        .map(({ text: found, kind }) => `${kind} ${found}`);
    expect(kinds('See https://a.example/b?c=1. #Straße_1 @ada@b.example, a@b.example C#')).toEqual([
      'link https://a.example/b?c=1',
      'tag #Straße_1',
      'mention @ada@b.example',
    ]);
    expect(
      richText('a #b c')
        .map(({ text }) => text)
        .join(''),
    ).toBe('a #b c');
  });
});

describe('moving many', () => {
  test('by so much, to a row of times, or back to the drafts', () => {
    expect(moveOf({ ...emptyMove, amount: '2', unit: 'hours', direction: 'earlier' }, zone)).toEqual({
      bySeconds: -7200,
    });
    expect(moveOf({ ...emptyMove, how: 'to', at: '2026-11-23T09:00', everyMinutes: '15' }, zone)).toEqual({
      publishAt: '2026-11-23T14:00:00.000Z',
      everySeconds: 900,
    });
    expect(moveOf({ ...emptyMove, how: 'draft' }, zone)).toMatchObject({ publishAt: null });
  });

  test.each([
    { amount: '' },
    { amount: '0' },
    { amount: '1.5' },
    { how: 'to' as const, at: '' },
    { how: 'to' as const, at: '2026-11-23T09:00', everyMinutes: '-1' },
  ])('means nothing with %o', (some) => {
    expect(moveOf({ ...emptyMove, ...some }, zone)).toBeUndefined();
  });
});
