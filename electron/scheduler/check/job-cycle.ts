import type { Job } from '../../../shared/index.ts';

/** The circle of jobs that start one another, from `job` over `first` (whose end starts it) back to itself; or null. */
export function cycleThrough(job: Job, first: string, others: readonly Job[]): string[] | null {
  const waitsFor = new Map(others.map((other) => [other.id, awaited(other)]));
  const seen = new Set<string>();
  const walk = (id: string, path: readonly string[]): string[] | null => {
    if (id === job.id) return [...path, id];
    if (seen.has(id)) return null;
    seen.add(id);
    for (const next of waitsFor.get(id) ?? []) {
      const found = walk(next, [...path, id]);
      if (found) return found;
    }
    return null;
  };
  return walk(first, [job.id])?.reverse() ?? null;
}

function awaited({ triggers }: Job): string[] {
  return triggers.flatMap((trigger) =>
    trigger.type === 'event' && trigger.job !== undefined ? [trigger.job] : [],
  );
}
