import type { Millis } from '../../shared/index.ts';

/** The wall time of an instant as `<input type="datetime-local">` wants it: `2026-11-29T09:00`. */
export function toLocal(at: Millis, zone: string): string {
  return new Date(at + offset(at, zone)).toISOString().slice(0, 16);
}

/**
 * The instant of a wall time such as `2026-11-29T09:00` in a zone, or undefined when the text is none.
 * A time in a spring gap is moved on by the gap; of a repeated hour the first pass is meant.
 */
export function fromLocal(text: string, zone: string): Millis | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(text)) return undefined;
  const wall = Date.parse(`${text}Z`);
  if (!Number.isFinite(wall)) return undefined;
  // The offsets in force a day before and after are the only two that can apply.
  const before = offset(wall - 86_400_000, zone);
  const after = offset(wall + 86_400_000, zone);
  const fits = [wall - before, wall - after].filter((at) => at + offset(at, zone) === wall);
  return fits.length > 0 ? Math.min(...fits) : wall - before;
}

/** Milliseconds that the zone is ahead of UTC at an instant. */
function offset(at: Millis, zone: string): number {
  const parts = formatter(zone).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((p) => p.type === type)?.value);
  const wall = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return wall - Math.floor(at / 1000) * 1000;
}

const formatters = new Map<string, Intl.DateTimeFormat>();
function formatter(zone: string): Intl.DateTimeFormat {
  let found = formatters.get(zone);
  if (!found) {
    found = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formatters.set(zone, found);
  }
  return found;
}
