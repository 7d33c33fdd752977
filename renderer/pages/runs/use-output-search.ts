import { useCallback } from 'react';
import type { CallOutput, OutputLine } from '../../../shared/index.ts';
import type { Api } from '../../api/api.ts';
import { type CallState, useAnswer } from '../../api/use-call.ts';

/** What a search found; `more`: there are more lines than were asked for. */
export type OutputHits = { lines: OutputLine[]; more: boolean };

const mostPerPage = 500;

/**
 * The first `most` lines of a run (`id`) that contain `search`, or the newest of all runs. The engine looks through so
 * much at a time; this goes on until there are enough lines or nothing is left.
 */
export function useOutputSearch(
  search: string,
  { id, most, live }: { id?: string; most: number; live: boolean },
): CallState<OutputHits> {
  const ask = useCallback(
    async (api: Api): Promise<OutputHits> => {
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
    },
    [id, search, most],
  );
  const key = id !== undefined && search === '' ? null : `output of ${id ?? 'all'}, ${most}: ${search}`;
  return useAnswer(key, ask, {
    refreshOn: live ? ['runs.output'] : [],
    quietMs: search === '' ? 1000 : 5000,
  });
}
