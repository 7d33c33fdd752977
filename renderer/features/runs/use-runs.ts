import { useCallback, useEffect, useRef, useState } from 'react';
import type { RunStatus, RunView } from '../../../shared/index.ts';
import { type CallError, toCallError } from '../../api/call-error.ts';
import { useApi } from '../../api/context.tsx';
import { useCall } from '../../api/use-call.ts';
import { addOlder, type Known, mergeHead, nothing } from './merge-runs.ts';

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
  const head = useCall('runs.page', { ...query, limit: headLimit });
  const [known, setKnown] = useState<Known & { key: string }>();
  const [pageError, setPageError] = useState<CallError>();
  const paging = useRef(false);
  const current = known?.key === key ? known : undefined;

  const fresh = head.data;
  useEffect(() => {
    if (!fresh) return;
    setKnown((before) => {
      const same = before?.key === key ? before : nothing;
      return { key, ...mergeHead(same, fresh) };
    });
  }, [fresh, key]);

  const cursor = current?.cursor ?? null;
  const loadOlder = useCallback(() => {
    if (cursor === null || paging.current) return;
    paging.current = true;
    api
      .call('runs.page', { ...JSON.parse(key), cursor, limit: pageLimit })
      .then(
        (older) => {
          setPageError(undefined);
          // A head that came meanwhile may have begun the list anew; this page is then of the old one.
          setKnown((before) =>
            before?.key === key && before.cursor === cursor ? { key, ...addOlder(before, older) } : before,
          );
        },
        (error: unknown) => setPageError(toCallError(error)),
      )
      .finally(() => {
        paging.current = false;
      });
  }, [api, key, cursor]);

  const runs = current?.runs ?? fresh?.runs;
  return { runs, error: head.error ?? pageError, refresh: head.refresh, loadOlder };
}
