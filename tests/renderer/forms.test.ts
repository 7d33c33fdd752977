import { describe, expect, test } from 'vitest';
import { checkJob, jobText, starterJob } from '../../renderer/features/jobs/job-check.ts';
import { jsonText } from '../../renderer/ui/json-text.ts';
import { firstProblems } from '../../renderer/ui/problems.ts';
import { check, workspaceSchema } from '../../shared/index.ts';
import { sampleJob } from '../support/window/sample.ts';

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

test('the mistakes of a form stand at their fields', () => {
  const checked = check(workspaceSchema, { id: 'A B', cwd: '', command: ['x'], env: { 'A B': '1' } });
  expect(firstProblems(checked)).toMatchObject({
    id: expect.stringMatching(/^This must match/),
    cwd: 'This must name a folder.',
    env: expect.stringContaining('A B'),
  });
});
