import { useDebouncedValue } from '@mantine/hooks';
import { Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight';
import { useNavigate } from '@tanstack/react-router';
import { CirclePlay, CircleUser, Clock, MessageSquare, Pause, Play, Plus, Search } from 'lucide-react';
import { useState } from 'react';
import type { Status } from '../../shared/index.ts';
import { useApi } from '../api/context.tsx';
import { useCall } from '../api/use-call.ts';
import { excerpt } from '../ui/excerpt.ts';
import { useSay } from '../ui/toasts.tsx';
import { sections } from './navigation.tsx';

const mostPosts = 8;

/** The command palette: pages, actions, jobs, posts and accounts by what they are called. */
export function Palette({ status }: { status: Status | undefined }) {
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState('');
  return (
    <Spotlight
      actions={usePaletteActions(status, open, query)}
      query={query}
      onQueryChange={setQuery}
      onSpotlightOpen={() => setOpen(true)}
      onSpotlightClose={() => setOpen(false)}
      shortcut="mod + K"
      scrollable
      maxHeight={420}
      limit={40}
      nothingFound="Nothing found"
      searchProps={{
        leftSection: <Search size={16} />,
        placeholder: 'Search or run a command',
        'aria-label': 'Search or run a command',
      }}
    />
  );
}

function usePaletteActions(
  status: Status | undefined,
  open: boolean,
  query: string,
): SpotlightActionGroupData[] {
  const api = useApi();
  const say = useSay();
  const navigate = useNavigate();
  const [search] = useDebouncedValue(query.trim(), 150);
  const jobs = useCall('jobs.list', open ? { limit: 10_000 } : null).data ?? [];
  const accounts = useCall('accounts.list', open ? { limit: 10_000 } : null).data ?? [];
  const posts = useCall(
    'posts.page',
    open && search.length > 1 ? { search, order: 'latest', limit: mostPosts } : null,
    { keepPrevious: true },
  ).data;

  const go = (to: () => Promise<unknown>) => () => void to();
  const act = (work: () => Promise<unknown>, done: string) => () => {
    work().then(
      () => say.done(done),
      (error: unknown) => say.failed(error),
    );
  };
  const paused = status?.scheduler === 'paused';
  return [
    {
      group: 'Actions',
      actions: [
        {
          id: 'new-post',
          label: 'New post',
          leftSection: <Plus size={16} />,
          onClick: go(() => navigate({ to: '/new-post' })),
        },
        {
          id: 'new-job',
          label: 'New job',
          leftSection: <Plus size={16} />,
          onClick: go(() => navigate({ to: '/new-job' })),
        },
        paused
          ? {
              id: 'scheduler',
              label: 'Resume the scheduler',
              leftSection: <Play size={16} />,
              onClick: act(() => api.call('scheduler.start', {}), 'Jobs and posts are on schedule again'),
            }
          : {
              id: 'scheduler',
              label: 'Pause the scheduler',
              leftSection: <Pause size={16} />,
              onClick: act(() => api.call('scheduler.stop', {}), 'Paused. Nothing starts by itself.'),
            },
      ],
    },
    {
      group: 'Pages',
      actions: sections.map(({ text, icon: Icon, to }) => ({
        id: `page ${text}`,
        label: text,
        leftSection: <Icon size={16} />,
        onClick: go(() => navigate({ to })),
      })),
    },
    {
      group: 'Jobs',
      actions: jobs.flatMap(({ id, name }) => [
        {
          id: `job ${id}`,
          label: name,
          keywords: [id],
          leftSection: <Clock size={16} />,
          onClick: go(() => navigate({ to: '/jobs/$id', params: { id } })),
        },
        {
          id: `run ${id}`,
          label: `Run ${name}`,
          keywords: [id],
          leftSection: <CirclePlay size={16} />,
          onClick: act(() => api.call('jobs.run', { id }), `${name} was started`),
        },
      ]),
    },
    {
      group: 'Accounts',
      actions: accounts.map(({ id, handle }) => ({
        id: `account ${id}`,
        label: handle,
        keywords: [id],
        leftSection: <CircleUser size={16} />,
        onClick: go(() => navigate({ to: '/posts', search: { account: id } })),
      })),
    },
    {
      group: 'Posts',
      actions: (posts?.posts ?? []).map(({ id, text }) => ({
        id: `post ${id}`,
        label: excerpt(text),
        // The engine has searched already, in more than the text.
        keywords: [query],
        leftSection: <MessageSquare size={16} />,
        onClick: go(() => navigate({ to: '/posts/$id', params: { id } })),
      })),
    },
  ];
}
