import { describe, expect, test } from 'vitest';
import { checkJob, jobText, starterJob } from '../../renderer/pages/jobs/job-check.ts';
import { draftOf, emptyDraft, isPast, toPost } from '../../renderer/pages/posts/composer-draft.ts';
import { jsonText } from '../../renderer/parts/json-text.ts';
import { firstProblems } from '../../renderer/parts/problems.ts';
import { check, postInputSchema, workspaceSchema } from '../../shared/index.ts';
import { sampleJob, samplePost } from '../support/window/sample.ts';

const now = Date.parse('2026-11-22T09:00:00Z');

describe('the job editor', () => {
  test('its starting text is a job', () => {
    expect(checkJob(jsonText(starterJob)).problems).toEqual([]);
  });

  test('a job is shown without its defaults and read back the same', () => {
    const job = sampleJob({ id: 'news', name: 'News', timezone: 'Europe/Berlin' });
    const text = jobText(job);
    expect(text).not.toContain('misfireGraceSeconds');
    expect(checkJob(text).job).toEqual(job);
  });

  test('all mistakes are named together, each with its place', () => {
    const { problems } = checkJob(
      '{"id":"No Good","name":"","triggers":[{"type":"interval","hours":-1}],"steps":[]}',
    );
    expect(problems.map((problem) => problem.field)).toEqual(
      expect.arrayContaining(['id', 'name', 'triggers[0].hours', 'steps']),
    );
  });

  test('broken JSON names the line', () => {
    expect(checkJob('{\n  "id": "a",\n  name: 1\n}').problems[0]?.field).toMatch(/^line 3, column \d+$/);
    expect(checkJob('').problems[0]?.message).toMatch(/^is not valid JSON/);
  });
});

describe('the composer', () => {
  const draft = { ...emptyDraft, text: 'Hello', accounts: ['ada'] };

  test('a time is meant in the user’s zone', () => {
    expect(toPost({ ...draft, at: '2026-11-23T09:00' }, 'America/New_York', now)).toMatchObject({
      text: 'Hello',
      accounts: ['ada'],
      publishAt: '2026-11-23T14:00:00.000Z',
    });
  });

  test('now and not yet need no time', () => {
    expect(toPost({ ...draft, when: 'now' }, 'UTC', now)).toMatchObject({
      publishAt: '2026-11-22T09:00:00.000Z',
    });
    expect(toPost({ ...draft, when: 'draft' }, 'UTC', now)).toMatchObject({ publishAt: null });
  });

  test('a missing time is said', () => {
    expect(toPost(draft, 'UTC', now)).toHaveProperty('problem');
  });

  test('a time that is over is noticed, with a minute of grace', () => {
    expect(isPast({ ...draft, at: '2026-11-22T08:58' }, 'UTC', now)).toBe(true);
    expect(isPast({ ...draft, at: '2026-11-22T09:00' }, 'UTC', now)).toBe(false);
  });

  test('what it makes fits the schema', () => {
    const full = {
      ...draft,
      when: 'now' as const,
      media: [{ key: 1, path: ' /tmp/a.png ', alt: 'A' }],
      visibility: 'unlisted' as const,
      contentWarning: 'cw',
      language: 'pt-BR',
      note: 'n',
    };
    const post = postInputSchema.parse(toPost(full, 'UTC', now));
    expect(post).toMatchObject({
      media: [{ path: '/tmp/a.png', alt: 'A' }],
      visibility: 'unlisted',
      language: 'pt-BR',
    });
  });

  test('a post can be used again', () => {
    expect(draftOf(samplePost({ id: 'p', text: 'Again', contentWarning: 'cw' }))).toMatchObject({
      text: 'Again',
      accounts: ['ada'],
      contentWarning: 'cw',
    });
  });
});

test('the mistakes of a form stand at their fields', () => {
  const checked = check(workspaceSchema, { id: 'A B', cwd: '', command: ['x'], env: { 'A B': '1' } });
  expect(firstProblems(checked)).toMatchObject({
    id: expect.stringMatching(/^This must match/),
    cwd: 'This must name a folder.',
    env: expect.stringContaining('A B'),
  });
});
