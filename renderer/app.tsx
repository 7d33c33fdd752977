import type { Api } from './api/api.ts';
import { ApiProvider } from './api/context.tsx';
import { Frame } from './frame/frame.tsx';
import { AccountsPage } from './pages/accounts/accounts-page.tsx';
import { NewAccountPage } from './pages/accounts/new-account-page.tsx';
import { SignInPage } from './pages/accounts/sign-in-page.tsx';
import { EditJobPage } from './pages/jobs/edit-job-page.tsx';
import { JobPage } from './pages/jobs/job-page.tsx';
import { JobsPage } from './pages/jobs/jobs-page.tsx';
import { NewJobPage } from './pages/jobs/new-job-page.tsx';
import { TemplatesPage } from './pages/jobs/templates-page.tsx';
import { WorkspacesPage } from './pages/jobs/workspaces-page.tsx';
import { OverviewPage } from './pages/overview/overview-page.tsx';
import { EditSeriesPage } from './pages/plans/edit-series-page.tsx';
import { NewSeriesPage } from './pages/plans/new-series-page.tsx';
import { QueuesPage } from './pages/plans/queues-page.tsx';
import { SeriesListPage } from './pages/plans/series-list-page.tsx';
import { SeriesPage } from './pages/plans/series-page.tsx';
import { SnippetsPage } from './pages/plans/snippets-page.tsx';
import { CalendarPage } from './pages/posts/calendar-page.tsx';
import { EditPostPage } from './pages/posts/edit-post-page.tsx';
import { NewPostPage } from './pages/posts/new-post-page.tsx';
import { PostPage } from './pages/posts/post-page.tsx';
import { PostsPage } from './pages/posts/posts-page.tsx';
import { OutputPage } from './pages/runs/output-page.tsx';
import { RunPage } from './pages/runs/run-page.tsx';
import { RunsPage } from './pages/runs/runs-page.tsx';
import { SettingsPage } from './pages/settings/settings-page.tsx';
import { ErrorBoundary } from './parts/error-boundary.tsx';
import type { Route } from './parts/route.ts';
import { Toasts } from './parts/toasts.tsx';
import { useRoute } from './parts/use-route.ts';

/** The window. */
export function App({ api }: { api: Api }) {
  const route = useRoute();
  return (
    <ApiProvider api={api}>
      <Toasts>
        <Frame route={route}>
          <ErrorBoundary key={route.page}>
            <CurrentPage route={route} />
          </ErrorBoundary>
        </Frame>
      </Toasts>
    </ApiProvider>
  );
}

function CurrentPage({ route }: { route: Route }) {
  switch (route.page) {
    case 'overview':
      return <OverviewPage />;
    case 'jobs':
      return <JobsPage />;
    case 'job':
      return <JobPage key={route.id} id={route.id} />;
    case 'edit-job':
      return <EditJobPage key={route.id} id={route.id} />;
    case 'new-job':
      return <NewJobPage />;
    case 'templates':
      return <TemplatesPage />;
    case 'workspaces':
      return <WorkspacesPage />;
    case 'runs':
      return <RunsPage status={route.status} job={route.job} />;
    case 'run':
      return <RunPage key={route.id} id={route.id} />;
    case 'output':
      return <OutputPage />;
    case 'posts':
      return <PostsPage filter={route.filter} account={route.account} tag={route.tag} />;
    case 'calendar':
      return <CalendarPage week={route.week} />;
    case 'post':
      return <PostPage key={route.id} id={route.id} />;
    case 'edit-post':
      return <EditPostPage key={route.id} id={route.id} />;
    case 'new-post':
      return <NewPostPage />;
    case 'plans':
      return <SeriesListPage />;
    case 'series':
      return <SeriesPage key={route.id} id={route.id} />;
    case 'edit-series':
      return <EditSeriesPage key={route.id} id={route.id} />;
    case 'new-series':
      return <NewSeriesPage />;
    case 'queues':
      return <QueuesPage />;
    case 'snippets':
      return <SnippetsPage />;
    case 'accounts':
      return <AccountsPage />;
    case 'new-account':
      return <NewAccountPage />;
    case 'sign-in':
      return <SignInPage key={route.id} session={route.id} />;
    case 'settings':
      return <SettingsPage />;
  }
}
