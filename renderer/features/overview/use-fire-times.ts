import { useEffect, useState } from 'react';
import { fromInstant, type JobView, type Millis } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';

/** More than a lane can show apart; beyond it the lane is drawn as a line anyway. */
const count = 100;

/** The next fire times of a few jobs by their ids; asked again when one of their next runs has changed. */
export function useFireTimes(jobs: readonly JobView[]): ReadonlyMap<string, readonly Millis[]> {
  const api = useApi();
  const [times, setTimes] = useState<ReadonlyMap<string, readonly Millis[]>>(new Map());
  // Jobs that fire every minute would ask every minute: the hour of the next run is close enough.
  const key = JSON.stringify(jobs.map((job) => [job.id, job.schedule, job.nextRun?.slice(0, 13)]));

  useEffect(() => {
    let current = true;
    const ids = (JSON.parse(key) as [string, string, string?][]).map(([id]) => id);
    const ask = async (id: string): Promise<[string, Millis[]][]> => {
      try {
        const { next } = await api.call('schedule.next', { id, count });
        return [[id, next.map(fromInstant)]];
      } catch {
        return []; // The lane shows the next run from the list instead.
      }
    };
    void Promise.all(ids.map(ask)).then((answers) => {
      if (current) setTimes(new Map(answers.flat()));
    });
    return () => {
      current = false;
    };
  }, [api, key]);
  return times;
}
