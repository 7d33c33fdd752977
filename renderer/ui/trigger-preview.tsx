import type { Job } from '../../shared/index.ts';
import { useCall } from '../api/use-call.ts';
import { NextTimes } from './next-times.tsx';
import { ErrorNote } from './note.tsx';
import { useLast } from './use-last.ts';

/** The next times of a job that is not saved yet, trigger by trigger, as the engine computes them. */
export function TriggerPreview({ job }: { job: Job }) {
  const { triggers } = job;
  if (triggers.length === 0) return <p className="quiet">By hand only: there are no triggers.</p>;
  return triggers.map((trigger, index) => (
    <OneTrigger
      // biome-ignore lint/suspicious/noArrayIndexKey: triggers have no identity but their place
      key={index}
      job={{ ...job, triggers: [trigger] }}
      count={triggers.length > 1 ? 5 : 10}
    />
  ));
}

function OneTrigger({ job, count }: { job: Job; count: number }) {
  const times = useCall('schedule.next', { job, count });
  const shown = useLast(times.data);
  if (times.error) return <ErrorNote error={times.error} />;
  if (!shown) return <p className="quiet">Working out the next times…</p>;
  return (
    <>
      <NextTimes times={shown} />
      {shown.countsFromSaving && (
        <p className="quiet">It starts counting when the job is saved; these times suppose that it is now.</p>
      )}
    </>
  );
}
