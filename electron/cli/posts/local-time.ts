import { fromInstant, instantSchema, type Millis, toInstant } from '../../../shared/index.ts';
import { counted } from '../text.ts';

/** What became of times without an offset, for a remark. */
export type LocalTimes = { timezone: string; read: number; jumped: string[]; twice: string[] };

export type ReadTime = (text: string) => string;

/** What spreadsheets and people write for an instant. */
const withoutSeconds = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(Z|[+-]\d\d:\d\d)$/;

/**
 * Reads times: an instant stays as it is, and one without an offset is taken for the time on the wall of `timezone`.
 * What is neither is left for the schema to refuse.
 */
export async function timeReader(timezone: string): Promise<{ read: ReadTime; seen: LocalTimes }> {
  const { wallInstant } = await import('../../scheduler/index.ts');
  const seen: LocalTimes = { timezone, read: 0, jumped: [], twice: [] };
  const read = (text: string) => {
    const local = wallInstant(text.trim(), timezone);
    if (!local) return text.trim().replace(withoutSeconds, '$1T$2:00$3');
    seen.read += 1;
    if (local.clock === 'jumped') seen.jumped.push(text);
    if (local.clock === 'twice') seen.twice.push(text);
    return toInstant(local.at);
  };
  return { read, seen };
}

/** What a person should know about times that were read without an offset. */
export function remarksOn({ timezone, read, jumped, twice }: LocalTimes): string[] {
  if (read === 0) return [];
  const few = (times: readonly string[]) => times.slice(0, 3).join(', ');
  return [
    `${counted(read, 'time')} without an offset read as the time in ${timezone}`,
    ...(jumped.length > 0
      ? [`${few(jumped)}: clocks in ${timezone} skip it, so it is the moment after`]
      : []),
    ...(twice.length > 0 ? [`${few(twice)}: clocks in ${timezone} show it twice, so it is the first`] : []),
  ];
}

/** One time given on the command line; undefined when it is none. */
export function oneTime(text: string, read: ReadTime): Millis | undefined {
  const instant = instantSchema.safeParse(read(text));
  return instant.success ? fromInstant(instant.data) : undefined;
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3600, d: 86_400, w: 604_800 };

/** A length such as `30m`, `2h`, `1d` or `-1w`, in seconds; undefined for anything else. */
export function seconds(text: string): number | undefined {
  const [, sign = '', count = '', unit = ''] = /^([+-]?)(\d{1,9})(s|m|min|h|d|w)$/.exec(text) ?? [];
  const one = units[unit];
  return one === undefined ? undefined : Number(`${sign}${count}`) * one;
}
