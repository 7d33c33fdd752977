import { QueryClient } from '@tanstack/react-query';
import type { CallName } from '../../shared/index.ts';
import type { AnnouncementName, Api } from './api.ts';
import type { Wait } from './link.ts';

/** Milliseconds between two rounds of fetching again: a burst of announcements becomes one. */
const quietMs = 300;

/** The answers of the engine as TanStack Query keeps them: fresh until an announcement says otherwise, so nothing polls. */
export function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 5 * 60_000,
        // The link reconnects by itself and then everything is asked for again.
        retry: false,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        networkMode: 'always',
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}

/** Whose answers may differ after each announcement. The first part of a query's key is the call it comes from. */
const affected: Record<AnnouncementName, readonly (CallName | 'posts' | 'series' | 'accounts' | 'jobs')[]> = {
  'status.changed': ['status.get'],
  'jobs.changed': ['jobs', 'workspaces.list', 'schedule.next', 'status.get'],
  'runs.changed': ['jobs', 'runs.list', 'runs.page', 'runs.get', 'status.get'],
  'runs.output': [],
  'posts.changed': ['posts', 'series', 'queue.list', 'status.get'],
  'series.changed': ['series', 'posts'],
  'accounts.changed': ['accounts', 'status.get'],
  'settings.changed': [
    'settings.get',
    'workspaces.list',
    'snippets.list',
    'queue.list',
    'jobs',
    'schedule.next',
  ],
};

/** Fetches again what an announcement affects, as long as it is shown; the result ends that. */
export function followAnnouncements(api: Api, queries: QueryClient, wait: Wait): () => void {
  const dirty = new Set<string>();
  let busy = false;
  let cancel = () => {};
  const flush = async (): Promise<void> => {
    busy = true;
    const names = new Set(dirty);
    dirty.clear();
    await queries.invalidateQueries({ predicate: ({ queryKey }) => isAffected(names, String(queryKey[0])) });
    cancel = wait(quietMs, () => {
      busy = false;
      if (dirty.size > 0) void flush();
    });
  };
  const ends = [
    api.listen(({ name }) => {
      for (const call of affected[name]) dirty.add(call);
      if (!busy && dirty.size > 0) void flush();
    }),
    // What was announced while the link was down is not known.
    api.onReturn(() => void queries.invalidateQueries()),
  ];
  return () => {
    cancel();
    for (const end of ends) end();
  };
}

function isAffected(names: ReadonlySet<string>, call: string): boolean {
  return names.has(call) || names.has(call.split('.')[0] ?? call);
}
