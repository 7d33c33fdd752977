import type { RunStatus } from '../../shared/index.ts';

export const postFilters = ['pending', 'needs-you', 'drafts', 'published', 'cancelled'] as const;
export type PostFilter = (typeof postFilters)[number];

/** Every place in the window, by its address. */
export type Route =
  | { page: 'overview' }
  | { page: 'jobs' }
  | { page: 'job'; id: string }
  | { page: 'edit-job'; id: string }
  | { page: 'new-job' }
  | { page: 'templates' }
  | { page: 'workspaces' }
  | { page: 'runs'; status?: RunStatus; job?: string }
  | { page: 'run'; id: string }
  | { page: 'output' }
  | { page: 'posts'; filter: PostFilter; account?: string; tag?: string }
  | { page: 'calendar'; week?: string }
  | { page: 'post'; id: string }
  | { page: 'edit-post'; id: string }
  | { page: 'new-post' }
  | { page: 'plans' }
  | { page: 'series'; id: string }
  | { page: 'edit-series'; id: string }
  | { page: 'new-series' }
  | { page: 'queues' }
  | { page: 'snippets' }
  | { page: 'accounts' }
  | { page: 'new-account' }
  | { page: 'sign-in'; id: string }
  | { page: 'settings' };

/** The address of a place, for `href`. */
export function href(route: Route): string {
  switch (route.page) {
    case 'overview':
      return '#/';
    case 'job':
      return `#/jobs/${encodeURIComponent(route.id)}`;
    case 'edit-job':
      return `#/jobs/${encodeURIComponent(route.id)}/edit`;
    case 'run':
      return `#/runs/${encodeURIComponent(route.id)}`;
    case 'runs': {
      const search = new URLSearchParams();
      if (route.status) search.set('status', route.status);
      if (route.job) search.set('job', route.job);
      return search.size > 0 ? `#/runs?${search}` : '#/runs';
    }
    case 'posts': {
      const search = new URLSearchParams();
      if (route.filter !== 'pending') search.set('show', route.filter);
      if (route.account) search.set('account', route.account);
      if (route.tag) search.set('tag', route.tag);
      return search.size > 0 ? `#/posts?${search}` : '#/posts';
    }
    case 'calendar':
      return route.week ? `#/calendar?week=${route.week}` : '#/calendar';
    case 'post':
      return `#/posts/${encodeURIComponent(route.id)}`;
    case 'sign-in':
      return `#/sign-in/${encodeURIComponent(route.id)}`;
    case 'series':
      return `#/plans/${encodeURIComponent(route.id)}`;
    case 'edit-series':
      return `#/plans/${encodeURIComponent(route.id)}/edit`;
    case 'edit-post':
      return `#/posts/${encodeURIComponent(route.id)}/edit`;
    default:
      return `#/${route.page}`;
  }
}

/** Goes to a place, as a click on a link to it would. */
export function go(route: Route): void {
  window.location.hash = href(route);
}
