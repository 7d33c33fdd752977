import { sampleAccount, sampleJob } from '../support/window/sample.ts';

export const step = {
  name: 'Analyse',
  status: 'success',
  exitCode: 0,
  signal: null,
  startedAt: '2026-11-22T09:00:00.000Z',
  finishedAt: '2026-11-22T09:00:05.000Z',
  error: null,
} as const;

export const news = sampleJob({ id: 'news', name: 'News' });

export const ada = sampleAccount({ id: 'ada' });
