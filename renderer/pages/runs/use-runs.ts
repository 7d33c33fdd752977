import { useCallback, useEffect, useRef, useState } from 'react';
import type { RunStatus, RunView } from '../../../shared/index.ts';
import { type CallError, toCallError } from '../../api/call-error.ts';
import { useApi } from '../../api/context.tsx';
import { useCall } from '../../api/use-call.ts';
import { addOlder, mergeHead } from './merge-runs.ts';

const headLimit = 100;
const pageLimit = 500;

export type Runs = {
  readonly runs: readonly RunView[] | undefined;
  readonly error: CallError | undefined;
  refresh(): void;
  /** Fetches the next older page; does nothing when there is none or one is on its way. */
  loadOlder(): void;
};

/** The history, newest first: a live head, and older pages as they are asked for. */
export function useRuns(filter: { status: RunStatus | undefined; job: string | undefined }): Runs {
  const api = useApi();
  const query = {
    ...(filter.status ? { status: filter.status } : {}),
    ...(filter.job ? { jobId: filter.job } : {}),
  };
  const key = JSON.stringify(query);
  const head = useCall(
    'runs.list',
    { ...query, limit: headLimit },
    { refreshOn: ['runs.changed'], quietMs: 500 },
  );
  const [known, setKnown] = useState<{ key: string; runs: readonly RunView[]; end: boolean }>();
  const [pageError, setPageError] = useState<CallError>();
  const paging = useRef(false);
  const current = known?.key === key ? known : undefined;

  const fresh = head.data;
  useEffect(() => {
    if (!fresh) return;
    setKnown((before) => {
      const same = before?.key === key ? before : undefined;
      const runs = mergeHead(same?.runs ?? [], fresh, headLimit);
      const end = fresh.length < headLimit || (same?.end === true && runs.length > fresh.length);
      return { key, runs, end };
    });
  }, [fresh, key]);

  const last = current?.runs.at(-1)?.id;
  const end = current?.end ?? true;
  const loadOlder = useCallback(() => {
    if (end || last === undefined || paging.current) return;
    paging.current = true;
    api
      .call('runs.list', { ...JSON.parse(key), before: last, limit: pageLimit })
      .then(
        (older) => {
          setPageError(undefined);
          setKnown((before) =>
            before?.key === key
              ? { key, runs: addOlder(before.runs, older), end: older.length < pageLimit }
              : before,
          );
        },
        (error: unknown) => setPageError(toCallError(error)),
      )
      .finally(() => {
        paging.current = false;
      });
  }, [api, key, last, end]);

  const runs = current?.runs ?? fresh;
  return { runs, error: head.error ?? pageError, refresh: head.refresh, loadOlder };
}
