import type { CallInput, Trigger } from '../../shared/index.ts';
import { useCall } from '../api/use-call.ts';
import { NextTimes } from './next-times.tsx';
import { ErrorNote } from './note.tsx';
import { useLast } from './use-last.ts';

type Props = { triggers: readonly Trigger[]; timezone: string | null };

/** The next times of triggers that are not saved yet, as the engine computes them. */
export function TriggerPreview({ triggers, timezone }: Props) {
  if (triggers.length === 0) return <p className="quiet">By hand only: there are no triggers.</p>;
  return triggers.map((trigger, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: triggers have no identity but their place
    <OneTrigger key={index} trigger={trigger} timezone={timezone} count={triggers.length > 1 ? 5 : 10} />
  ));
}

type OneProps = { trigger: Trigger; timezone: string | null; count: number };

function OneTrigger({ trigger, timezone, count }: OneProps) {
  const input: CallInput<'schedule.next'> = { trigger, count, ...(timezone ? { timezone } : {}) };
  const times = useCall('schedule.next', input);
  const shown = useLast(times.data);
  if (times.error) return <ErrorNote error={times.error} />;
  return shown ? <NextTimes times={shown} /> : <p className="quiet">Working out the next times…</p>;
}
