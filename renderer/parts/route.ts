import { type RunStatus, runStatuses } from '../../shared/index.ts';

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

/** Parts of the navigation; every page belongs to one. */
export const sections = ['overview', 'jobs', 'runs', 'posts', 'plans', 'accounts', 'settings'] as const;
export type Section = (typeof sections)[number];

/** Reads the address's fragment; an unknown one leads to the overview. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?');
  const [place = '', rawId = '', action = ''] = path.split('/');
  const id = decoded(rawId);
  const search = new URLSearchParams(query);
  switch (place) {
    case 'jobs':
      if (id === '') return { page: 'jobs' };
      return action === 'edit' ? { page: 'edit-job', id } : { page: 'job', id };
    case 'runs':
      return id === '' ? runsRoute(search) : { page: 'run', id };
    case 'posts':
      if (id === '') return postsRoute(search);
      return action === 'edit' ? { page: 'edit-post', id } : { page: 'post', id };
    case 'calendar':
      return calendarRoute(search);
    case 'plans':
      if (id === '') return { page: 'plans' };
      return action === 'edit' ? { page: 'edit-series', id } : { page: 'series', id };
    case 'sign-in':
      return id === '' ? { page: 'new-account' } : { page: 'sign-in', id };
    case 'new-job':
    case 'templates':
    case 'workspaces':
    case 'output':
    case 'new-post':
    case 'new-series':
    case 'queues':
    case 'snippets':
    case 'accounts':
    case 'new-account':
    case 'settings':
      return { page: place };
    default:
      return { page: 'overview' };
  }
}

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

/** The entry of the navigation that a place belongs to. */
export function sectionOf(route: Route): Section {
  switch (route.page) {
    case 'job':
    case 'edit-job':
    case 'new-job':
    case 'templates':
    case 'workspaces':
      return 'jobs';
    case 'run':
    case 'output':
      return 'runs';
    case 'post':
    case 'edit-post':
    case 'new-post':
    case 'calendar':
      return 'posts';
    case 'series':
    case 'edit-series':
    case 'new-series':
    case 'queues':
    case 'snippets':
      return 'plans';
    case 'new-account':
    case 'sign-in':
      return 'accounts';
    default:
      return route.page;
  }
}

function runsRoute(search: URLSearchParams): Route {
  const status = runStatuses.find((known) => known === search.get('status'));
  const job = search.get('job');
  return { page: 'runs', ...(status ? { status } : {}), ...(job ? { job } : {}) };
}

function postsRoute(search: URLSearchParams): Route {
  const account = search.get('account');
  const tag = search.get('tag');
  const filter = filterOf(search.get('show'));
  return { page: 'posts', filter, ...(account ? { account } : {}), ...(tag ? { tag } : {}) };
}

function calendarRoute(search: URLSearchParams): Route {
  const week = search.get('week') ?? '';
  return { page: 'calendar', ...(/^\d{4}-\d{2}-\d{2}$/.test(week) ? { week } : {}) };
}

function filterOf(text: string | null): PostFilter {
  return postFilters.find((known) => known === text) ?? 'pending';
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // A half-typed escape is no reason to show nothing.
  }
}
