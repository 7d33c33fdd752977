import { useCallback, useEffect, useRef, useState } from 'react';
import type { OutputLine } from '../../../shared/index.ts';
import { type CallError, toCallError } from '../../api/call-error.ts';
import { useApi } from '../../api/context.tsx';
import { addEarlier, addFetched, addLines } from './output-lines.ts';

const page = 1000;

export type LiveOutput = {
  readonly lines: readonly OutputLine[] | undefined;
  /** There are lines before the first one shown. */
  readonly earlier: boolean;
  readonly error: CallError | undefined;
  loadEarlier(): void;
};

/** The end of a run's output, kept going while the run does; announcements that were lost are fetched. */
export function useOutput(runId: string): LiveOutput {
  const api = useApi();
  const [lines, setLines] = useState<readonly OutputLine[]>();
  const [error, setError] = useState<CallError>();
  const held = useRef<readonly OutputLine[]>([]);
  const loading = useRef(false);

  useEffect(() => {
    let current = true;
    let fetching = true;
    let frame = 0;
    const show = (next: readonly OutputLine[]) => {
      held.current = next;
      // A flood of lines is drawn once a frame.
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        setLines(held.current);
      });
    };
    const fetchRest = async (tail: boolean) => {
      fetching = true;
      const after = held.current.at(-1)?.seq ?? 0;
      try {
        const input = tail ? { id: runId, tail, limit: page } : { id: runId, after, limit: 10 * page };
        const fetched = await api.call('runs.output', input);
        if (!current) return;
        setError(undefined);
        show(addFetched(held.current, fetched));
      } catch (thrown) {
        if (current) setError(toCallError(thrown));
      } finally {
        fetching = false;
      }
    };
    const ends = [
      api.listen((announcement) => {
        if (announcement.name !== 'runs.output' || announcement.runId !== runId || fetching) return;
        const { lines: next, gap } = addLines(held.current, announcement.lines);
        if (gap) void fetchRest(false);
        else show(next);
      }),
      api.onReturn(() => void fetchRest(false)),
    ];
    held.current = [];
    // Lines announced while the first page is on its way leave a hole, which the next announcement fills.
    void fetchRest(true).then(() => {
      if (current) void fetchRest(false);
    });
    return () => {
      current = false;
      cancelAnimationFrame(frame);
      for (const end of ends) end();
    };
  }, [api, runId]);

  const loadEarlier = useCallback(() => {
    const first = held.current[0];
    if (!first || first.seq <= 1 || loading.current) return;
    loading.current = true;
    api
      .call('runs.output', { id: runId, after: Math.max(0, first.seq - 1 - page), limit: page })
      .then((earlier) => {
        held.current = addEarlier(held.current, earlier);
        setLines(held.current);
      })
      .catch((thrown: unknown) => setError(toCallError(thrown)))
      .finally(() => {
        loading.current = false;
      });
  }, [api, runId]);

  return { lines, earlier: (lines?.[0]?.seq ?? 1) > 1, error, loadEarlier };
}
