import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Navigate,
} from '@tanstack/react-router';
import { z } from 'zod';
import { runStatuses } from '../shared/index.ts';
import { Frame } from './frame/frame.tsx';
import { PageError } from './frame/page-error.tsx';
import { postFilters } from './ui/route.ts';

/** An address that somebody typed or kept may name what is no more: what does not fit is left out. */
const text = z.string().min(1).optional().catch(undefined);
const runsSearch = z.object({ status: z.enum(runStatuses).optional().catch(undefined), job: text });
const postsSearch = z.object({
  show: z.enum(postFilters).optional().catch(undefined),
  account: text,
  tag: text,
});
const calendarSearch = z.object({ week: z.iso.date().optional().catch(undefined) });

const root = createRootRoute({ component: Frame });

// `remountDeps`: another id is another page, with a state of its own.
const overview = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('./features/overview/overview-page.tsx'), 'OverviewPage'),
});
const jobs = createRoute({
  getParentRoute: () => root,
  path: '/jobs',
  component: lazyRouteComponent(() => import('./features/jobs/jobs-page.tsx'), 'JobsPage'),
});
const job = createRoute({
  getParentRoute: () => root,
  path: '/jobs/$id',
  remountDeps: ({ params }) => params,
  component: lazyRouteComponent(() => import('./features/jobs/job-page.tsx'), 'JobPage'),
});
const editJob = createRoute({
  getParentRoute: () => root,
  path: '/jobs/$id/edit',
  remountDeps: ({ params }) => params,
  component: lazyRouteComponent(() => import('./features/jobs/edit-job-page.tsx'), 'EditJobPage'),
});
const newJob = createRoute({
  getParentRoute: () => root,
  path: '/new-job',
  component: lazyRouteComponent(() => import('./features/jobs/new-job-page.tsx'), 'NewJobPage'),
});
const templates = createRoute({
  getParentRoute: () => root,
  path: '/templates',
  component: lazyRouteComponent(() => import('./features/jobs/templates-page.tsx'), 'TemplatesPage'),
});
const workspaces = createRoute({
  getParentRoute: () => root,
  path: '/workspaces',
  component: lazyRouteComponent(() => import('./features/jobs/workspaces-page.tsx'), 'WorkspacesPage'),
});
const runs = createRoute({
  getParentRoute: () => root,
  path: '/runs',
  validateSearch: runsSearch,
  component: lazyRouteComponent(() => import('./features/runs/runs-page.tsx'), 'RunsPage'),
});
const run = createRoute({
  getParentRoute: () => root,
  path: '/runs/$id',
  remountDeps: ({ params }) => params,
  component: lazyRouteComponent(() => import('./features/runs/run-page.tsx'), 'RunPage'),
});
const output = createRoute({
  getParentRoute: () => root,
  path: '/output',
  component: lazyRouteComponent(() => import('./features/runs/output-page.tsx'), 'OutputPage'),
});
const posts = createRoute({
  getParentRoute: () => root,
  path: '/posts',
  validateSearch: postsSearch,
  component: lazyRouteComponent(() => import('./features/posts/posts-page.tsx'), 'PostsPage'),
});
const calendar = createRoute({
  getParentRoute: () => root,
  path: '/calendar',
  validateSearch: calendarSearch,
  component: lazyRouteComponent(() => import('./features/posts/calendar-page.tsx'), 'CalendarPage'),
});
const post = createRoute({
  getParentRoute: () => root,
  path: '/posts/$id',
  remountDeps: ({ params }) => params,
  component: lazyRouteComponent(() => import('./features/posts/post-page.tsx'), 'PostPage'),
});
const editPost = createRoute({
  getParentRoute: () => root,
  path: '/posts/$id/edit',
  remountDeps: ({ params }) => params,
  component: lazyRouteComponent(() => import('./features/posts/edit-post-page.tsx'), 'EditPostPage'),
});
const newPost = createRoute({
  getParentRoute: () => root,
  path: '/new-post',
  component: lazyRouteComponent(() => import('./features/posts/new-post-page.tsx'), 'NewPostPage'),
});
const plans = createRoute({
  getParentRoute: () => root,
  path: '/plans',
  component: lazyRouteComponent(() => import('./features/plans/series-list-page.tsx'), 'SeriesListPage'),
});
const series = createRoute({
  getParentRoute: () => root,
  path: '/plans/$id',
  remountDeps: ({ params }) => params,
  component: lazyRouteComponent(() => import('./features/plans/series-page.tsx'), 'SeriesPage'),
});
const editSeries = createRoute({
  getParentRoute: () => root,
  path: '/plans/$id/edit',
  remountDeps: ({ params }) => params,
  component: lazyRouteComponent(() => import('./features/plans/edit-series-page.tsx'), 'EditSeriesPage'),
});
const newSeries = createRoute({
  getParentRoute: () => root,
  path: '/new-series',
  component: lazyRouteComponent(() => import('./features/plans/new-series-page.tsx'), 'NewSeriesPage'),
});
const queues = createRoute({
  getParentRoute: () => root,
  path: '/queues',
  component: lazyRouteComponent(() => import('./features/plans/queues-page.tsx'), 'QueuesPage'),
});
const snippets = createRoute({
  getParentRoute: () => root,
  path: '/snippets',
  component: lazyRouteComponent(() => import('./features/plans/snippets-page.tsx'), 'SnippetsPage'),
});
const accounts = createRoute({
  getParentRoute: () => root,
  path: '/accounts',
  component: lazyRouteComponent(() => import('./features/accounts/accounts-page.tsx'), 'AccountsPage'),
});
const newAccount = createRoute({
  getParentRoute: () => root,
  path: '/new-account',
  component: lazyRouteComponent(() => import('./features/accounts/new-account-page.tsx'), 'NewAccountPage'),
});
const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in/$id',
  remountDeps: ({ params }) => params,
  component: lazyRouteComponent(() => import('./features/accounts/sign-in-page.tsx'), 'SignInPage'),
});
const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('./features/settings/settings-page.tsx'), 'SettingsPage'),
});

const tree = root.addChildren([
  overview,
  jobs,
  job,
  editJob,
  newJob,
  templates,
  workspaces,
  runs,
  run,
  output,
  posts,
  calendar,
  post,
  editPost,
  newPost,
  plans,
  series,
  editSeries,
  newSeries,
  queues,
  snippets,
  accounts,
  newAccount,
  signIn,
  settings,
]);

/** Builds the router: the place stands in the address's fragment, since the page is one file on every host. */
export function createPages() {
  return createRouter({
    routeTree: tree,
    history: createHashHistory(),
    defaultPreload: 'intent',
    defaultNotFoundComponent: () => <Navigate to="/" replace />,
    defaultErrorComponent: PageError,
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createPages>;
  }
}
