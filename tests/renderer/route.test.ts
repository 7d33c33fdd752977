import { expect, test } from 'vitest';
import { href, parseRoute, type Route, sectionOf } from '../../renderer/parts/route.ts';

const routes: Route[] = [
  { page: 'overview' },
  { page: 'jobs' },
  { page: 'job', id: 'news_pipeline' },
  { page: 'edit-job', id: 'news_pipeline' },
  { page: 'new-job' },
  { page: 'templates' },
  { page: 'workspaces' },
  { page: 'runs' },
  { page: 'runs', status: 'timed-out', job: 'news' },
  { page: 'run', id: 'a/b?c' },
  { page: 'output' },
  { page: 'posts', filter: 'pending' },
  { page: 'posts', filter: 'needs-you' },
  { page: 'post', id: 'p1' },
  { page: 'new-post' },
  { page: 'plans' },
  { page: 'series', id: 's/1' },
  { page: 'edit-series', id: 's1' },
  { page: 'new-series' },
  { page: 'queues' },
  { page: 'snippets' },
  { page: 'accounts' },
  { page: 'new-account' },
  { page: 'sign-in', id: 'a-session' },
  { page: 'settings' },
];

test.each(routes)('$page leads to itself', (route) => {
  expect(parseRoute(href(route))).toEqual(route);
});

test.each(['', '#', '#/', '#/nowhere', '#/%E0%A4%A'])('%j leads to the overview', (hash) => {
  expect(parseRoute(hash)).toEqual({ page: 'overview' });
});

test('what is not known in a query is left out', () => {
  expect(parseRoute('#/runs?status=odd')).toEqual({ page: 'runs' });
  expect(parseRoute('#/posts?show=odd')).toEqual({ page: 'posts', filter: 'pending' });
});

test('a half-typed escape is taken as it is', () => {
  expect(parseRoute('#/jobs/%E0')).toEqual({ page: 'job', id: '%E0' });
});

test('every page belongs to a part of the navigation', () => {
  expect(routes.map(sectionOf)).not.toContain(undefined);
  expect(sectionOf({ page: 'run', id: 'x' })).toBe('runs');
});
