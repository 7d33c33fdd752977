import { expect, test } from 'vitest';
import { checkJobs, describeJob } from '../../electron/scheduler/index.ts';
import { builtinJobs, templates } from '../../electron/templates/index.ts';
import { templateSchema } from '../../shared/index.ts';

const schedules = (id: string) => {
  const jobs = templates.find((template) => template.id === id)?.jobs ?? [];
  return Object.fromEntries(jobs.map((job) => [job.id, job.triggers]));
};

test('every template fits its schema and makes sense to the scheduler', () => {
  for (const template of templates) {
    expect(templateSchema.parse(template)).toEqual(template);
    expect(checkJobs(template.jobs, builtinJobs)).toEqual([]);
  }
  expect(checkJobs([...builtinJobs])).toEqual([]);
});

test('template jobs are disabled, and each finds its workspace in the template', () => {
  for (const { jobs, workspaces } of templates) {
    const known = workspaces.map(({ id }) => id);
    for (const job of jobs) {
      expect(job.enabled).toBe(false);
      for (const step of job.steps)
        expect(step).toMatchObject({ type: 'command', workspace: expect.stringMatching(known.join('|')) });
    }
  }
});

test('the content pipeline has the schedules of the service it replaces', () => {
  expect(schedules('content-pipeline')).toEqual({
    news_pipeline: [{ type: 'interval', hours: 3 }],
    trends_pipeline: [{ type: 'interval', hours: 3 }],
    ungrounded_pipeline: [{ type: 'interval', hours: 6 }],
    planning_pipeline: [{ type: 'cron', expression: '0 2 * * *' }],
    facebook_publishing: [{ type: 'interval', hours: 2 }],
    instagram_publishing: [{ type: 'interval', hours: 2, offset: { hours: 1 } }],
  });
});

test('tokens are refreshed every six hours, at start and on wake; publishing keeps its own time', () => {
  const words = Object.fromEntries(
    builtinJobs.map((job) => [job.id, describeJob(job, { timezone: 'UTC', anchor: 0 })]),
  );
  expect(words).toEqual({
    publish_due_posts: 'By hand only',
    refresh_tokens:
      'Every 6 hours, at 00:00, 06:00, 12:00 …; when Belfry starts; when the computer wakes up (UTC)',
  });
});
