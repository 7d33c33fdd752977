import { expect, test } from 'vitest';
import { jobSchema, withoutDefaults } from '../../shared/index.ts';

const written = {
  id: 'news',
  name: 'News',
  triggers: [{ type: 'cron', expression: '0 8 * * *' }],
  retry: { attempts: 3 },
  steps: [
    { type: 'command', name: 'One', command: ['true'] },
    { type: 'builtin', name: 'Two', action: 'refresh_tokens', when: 'always' },
  ],
};

test('a job keeps only what its writer wrote', () => {
  expect(withoutDefaults(jobSchema, jobSchema.parse(written))).toEqual(written);
});

test('trimming never changes the meaning', () => {
  const full = jobSchema.parse({ ...written, enabled: false, maxCatchUp: 10, timezone: 'UTC' });
  const trimmed = withoutDefaults(jobSchema, full);
  expect(trimmed).toEqual({ ...written, enabled: false, timezone: 'UTC' });
  expect(jobSchema.parse(trimmed)).toEqual(full);
});
