import { useThrottledCallback } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import type { CallOutput, OutputLine } from '../../../shared/index.ts';
import type { Api } from '../../api/api.ts';
import { toCallError } from '../../api/call-error.ts';
import { useApi } from '../../api/context.tsx';
import { useAnnouncements } from '../../api/use-announcements.ts';
import type { CallState } from '../../api/use-call.ts';

/** What a search found; `more`: there are more lines than were asked for. */
export type OutputHits = { lines: OutputLine[]; more: boolean };

const mostPerPage = 500;

type Wanted = { id?: string; most: number; live: boolean };

/** The first `most` lines of a run (`id`) that contain `search`, or the newest of all runs. */
export function useOutputSearch(search: string, { id, most, live }: Wanted): CallState<OutputHits> {
  const api = useApi();
  const query = useQuery({
    queryKey: ['output search', id ?? null, most, search],
    queryFn: () => findLines(api, search, id, most),
    enabled: id === undefined || search !== '',
  });
  // A search looks through everything: a fast job must not start one after the other.
  const again = useThrottledCallback(() => void query.refetch(), search === '' ? 1000 : 5000);
  useAnnouncements(({ name }) => {
    if (live && name === 'runs.output') again();
  });
  return {
    data: query.data,
    error: query.error === null ? undefined : toCallError(query.error),
    busy: query.isFetching,
    refresh: () => void query.refetch(),
  };
}

/** The engine looks through so much at a time; this goes on until there are enough lines or nothing is left. */
async function findLines(
  api: Api,
  search: string,
  id: string | undefined,
  most: number,
): Promise<OutputHits> {
  const order = id === undefined ? ('newest' as const) : ('oldest' as const);
  const lines: OutputLine[] = [];
  let cursor: string | null = null;
  do {
    const page: CallOutput<'runs.outputPage'> = await api.call('runs.outputPage', {
      ...(id === undefined ? {} : { id }),
      ...(search === '' ? {} : { search }),
      ...(cursor === null ? {} : { cursor }),
      order,
      limit: Math.min(mostPerPage, most - lines.length),
    });
    if (order === 'oldest') lines.push(...page.lines);
    else lines.unshift(...page.lines);
    cursor = page.cursor;
  } while (cursor !== null && lines.length < most);
  return { lines, more: cursor !== null };
}
