import type { Millis } from '../../shared/index.ts';
import { type Entry, handledUpTo } from './book.ts';

/** The next slots of many jobs up to `until`, soonest first; asks only the jobs that can be among the first `limit`. */
export function upcoming(
  entries: readonly Entry[],
  after: Millis,
  limit: number,
  until = Number.POSITIVE_INFINITY,
): { jobId: string; at: Millis }[] {
  const firsts = entries
    .map((entry) => ({ entry, at: entry.schedule.nextRun(Math.max(after, handledUpTo(entry))) }))
    .filter((first): first is { entry: Entry; at: Millis } => first.at !== null && first.at <= until)
    .sort((a, b) => a.at - b.at)
    .slice(0, limit);
  const horizon = firsts.length < limit ? until : (firsts.at(-1)?.at ?? until);
  return firsts
    .flatMap(({ entry, at }) => {
      const slots: { jobId: string; at: Millis }[] = [];
      for (
        let slot: Millis | null = at;
        slot !== null && slot <= horizon && slots.length < limit;
        slot = entry.schedule.nextRun(slot)
      )
        slots.push({ jobId: entry.job.id, at: slot });
      return slots;
    })
    .sort((a, b) => a.at - b.at)
    .slice(0, limit);
}
