import type { Segment, Zone } from '../time/zone.ts';
import { earliest, latest } from '../time/zone.ts';
import type { Instants } from './instants.ts';
import { ceilWall, countWalls, type WallPattern } from './wall-pattern.ts';

/**
 * What a change of the clocks does to wall times (design §3.2).
 * `once`: a time runs as soon as the clock shows it or has passed it: at a gap's end, and the first time in a repeated hour.
 * `cadence`: every moment at which the clock shows the time: nothing in a gap, twice in a repeated hour.
 */
export type ClockRule = 'once' | 'cadence';

const twoDays = 2 * 86_400;

/** The instants at which a zone's clock shows a pattern's wall times. */
export function wallInstants(pattern: WallPattern, zone: Zone, rule: ClockRule): Instants {
  const once = rule === 'once';

  /** The first wall time in a segment that did not have its turn yet. */
  const fresh = (segment: Segment, second: number) =>
    once ? Math.max(second + segment.offset, segment.reached) : second + segment.offset;

  /** Whether times fell into the gap that a segment begins with. */
  const afterGap = ({ start, offset, reached }: Segment) =>
    once && reached < start + offset && ceilWall(pattern, reached) < start + offset;

  function nextSecond(from: number): number {
    let second = Math.max(from, earliest);
    while (second < latest) {
      const segment = zone.at(second);
      if (second === segment.start && afterGap(segment)) return second;
      const floor = fresh(segment, second);
      const wall = ceilWall(pattern, floor);
      if (wall - segment.offset < segment.end) return wall - segment.offset;
      // Far from the segment's end no later setting-back of clocks can reach below `floor`: nothing matches until `wall`.
      const safe = floor <= segment.end + segment.offset - twoDays;
      second = safe ? Math.max(segment.end, wall - twoDays) : segment.end;
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Calls `take` for the wall range of every segment in [from, to) (seconds); `gap` when its start is due for a gap. */
  function walk(
    from: number,
    to: number,
    take: (wallFrom: number, wallTo: number, offset: number, gap: boolean) => boolean,
  ): void {
    let second = Math.max(from, earliest);
    const until = Math.min(to, latest);
    while (second < until) {
      const segment = zone.at(second);
      const end = Math.min(segment.end, until);
      const gap = second === segment.start && afterGap(segment);
      // A time at the gap's very end is the same instant as the times inside it.
      const wallFrom = gap ? segment.start + segment.offset + 1 : fresh(segment, second);
      if (!take(wallFrom, end + segment.offset, segment.offset, gap)) return;
      second = end;
    }
  }

  return {
    next(after) {
      const second = nextSecond(Math.floor(after / 1000) + 1);
      return second === Number.POSITIVE_INFINITY ? null : second * 1000;
    },
    between(from, to, limit = Number.POSITIVE_INFINITY) {
      const found: number[] = [];
      if (limit <= 0) return found;
      walk(Math.floor(from / 1000) + 1, Math.floor(to / 1000) + 1, (wallFrom, wallTo, offset, gap) => {
        if (gap) found.push((wallFrom - 1 - offset) * 1000);
        if (found.length >= limit) return false;
        for (let wall = ceilWall(pattern, wallFrom); wall < wallTo; wall = ceilWall(pattern, wall + 1)) {
          found.push((wall - offset) * 1000);
          if (found.length >= limit) return false;
        }
        return true;
      });
      return found;
    },
    count(from, to) {
      let count = 0;
      walk(Math.floor(from / 1000) + 1, Math.floor(to / 1000) + 1, (wallFrom, wallTo, _offset, gap) => {
        count += (gap ? 1 : 0) + countWalls(pattern, wallFrom, wallTo);
        return true;
      });
      return count;
    },
  };
}
