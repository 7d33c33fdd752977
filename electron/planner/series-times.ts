import { fromInstant, type Millis } from '../../shared/index.ts';
import type { PlannerNeeds, StoredSeries } from './ports.ts';

const page = 200;

/** When the rule of a series wants posts after its cursor, up to `until`, its end observed; at most `most`. */
export function wantedTimes(
  { fireTimes }: Pick<PlannerNeeds, 'fireTimes'>,
  series: Pick<StoredSeries, 'definition' | 'anchor' | 'cursor' | 'handled'>,
  until: Millis,
  most = Number.POSITIVE_INFINITY,
): Millis[] {
  const { rule, timezone, end } = series.definition;
  const last = end && 'at' in end ? Math.min(fromInstant(end.at), until) : until;
  const left = end && 'count' in end ? Math.min(end.count - series.handled, most) : most;
  const times: Millis[] = [];
  let after = series.cursor;
  while (times.length < left) {
    const count = Math.min(page, left - times.length);
    const query = { triggers: [rule], timezone, anchor: series.anchor, from: after, until: last, count };
    const next = fireTimes(query).next.map(fromInstant);
    times.push(...next);
    if (next.length < count) break;
    after = next.at(-1) ?? last;
  }
  return times;
}

/** Whether the rule wants a post at this instant after its cursor; looks at that instant alone, however far it lies. */
export function isWanted(
  needs: Pick<PlannerNeeds, 'fireTimes'>,
  series: Pick<StoredSeries, 'definition' | 'anchor' | 'cursor' | 'handled'>,
  at: Millis,
): boolean {
  const { end } = series.definition;
  if (at <= series.cursor) return false;
  if (wantedTimes(needs, { ...series, cursor: at - 1 }, at, 1)[0] !== at) return false;
  // An end by number is at most some thousand posts away.
  return !(end && 'count' in end) || wantedTimes(needs, series, at).includes(at);
}

/** The day of a post in the zone of its series, such as 2026-11-22. */
export function dayOf(at: Millis, timezone: string): string {
  // The Swedish form of a date is the ISO one.
  return new Intl.DateTimeFormat('sv-SE', { timeZone: timezone }).format(at);
}
