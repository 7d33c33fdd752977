import { type Problem, toInstant } from '../../../shared/index.ts';
import { counted } from '../terminal.ts';

/** What became of times without an offset, for a remark. */
type LocalTimes = { timezone: string; read: number; jumped: string[]; twice: string[] };

export type ReadTime = (text: string) => string;

/** An instant without seconds, as spreadsheets write it. */
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

/** Remarks on times that were read without an offset. */
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

const units: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3600, d: 86_400, w: 604_800 };

/** A length such as `30m`, `2h`, `1d` or `-1w`, in seconds; undefined for anything else. */
export function seconds(text: string): number | undefined {
  const [, sign = '', count = '', unit = ''] = /^([+-]?)(\d{1,9})(s|m|min|h|d|w)$/.exec(text) ?? [];
  const one = units[unit];
  return one === undefined ? undefined : Number(`${sign}${count}`) * one;
}

/** Whether the day or the month comes first in `3/4/2026`. */
export const dateOrders = ['dmy', 'mdy'] as const;
export type DateOrder = (typeof dateOrders)[number];

/** What is accepted as a time, for messages. */
export const acceptedTimes =
  'must be a time such as 2026-12-24 09:00, 24.12.2026 09:00, 12/24/2026 9:00 AM or 2026-12-24T09:00:00+01:00';

/** How the times of a column are read: each as `2026-12-24T09:00:00`, or unchanged when it is none of the known forms. */
type SheetTimes = { read(cell: string): string; remark: string | null };

const clock = String.raw`(?:,?[ T\u00a0\u202f]+)(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?(?:[ \u00a0\u202f]?([ap])\.?m\.?)?`;
const yearFirst = new RegExp(String.raw`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})${clock}$`, 'i');
const dotted = new RegExp(String.raw`^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d\d)${clock}$`, 'i');
const slashed = new RegExp(String.raw`^(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d\d)${clock}$`, 'i');
/** What is a time without an offset already. */
const plain = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?$/;
const serial = /^\d{5}(?:[.,]\d+)?$/;
/** Excel's day numbers of 2000-01-01 and 2100-01-01, and the day before its day 1 as it counts from March 1900 on. */
const [firstSerial, lastSerial, epoch] = [36_526, 73_051, Date.UTC(1899, 11, 30)];

/** Reads the times of a column as spreadsheets write them; a problem when the column can be read in two ways. */
export function sheetTimes(cells: readonly string[], given?: DateOrder): SheetTimes | Problem {
  const written = cells.map((cell) => cell.trim()).filter((cell) => cell !== '');
  const areSerials = written.length > 0 && written.every(isSerial);
  const pairs = written.flatMap((cell) => {
    const [, a, b] = slashed.exec(cell) ?? [];
    return a === undefined ? [] : [{ cell, a: Number(a), b: Number(b) }];
  });
  const dayFirst = pairs.find(({ a }) => a > 12);
  const monthFirst = pairs.find(({ b }) => b > 12);
  const field = 'publishAt';
  if (given === undefined && dayFirst && monthFirst) {
    const message = `has both ${dayFirst.cell} and ${monthFirst.cell}: the day comes first in one, and the month in the other`;
    return { field, message };
  }
  const [first] = pairs;
  if (given === undefined && first && !dayFirst && !monthFirst) {
    const message = `can be read in two ways (${first.cell}): say with --dates dmy or --dates mdy whether the day or the month comes first`;
    return { field, message };
  }
  const order = given ?? (dayFirst ? 'dmy' : 'mdy');
  const remark =
    pairs.length > 0
      ? `${first?.cell} read with the ${order === 'dmy' ? 'day' : 'month'} first`
      : areSerials
        ? `${written[0]} read as a day number of Excel (${readSerial(written[0] ?? '')})`
        : null;
  return { remark, read: (cell) => readOne(cell.trim(), order, areSerials) };
}

function readOne(cell: string, order: DateOrder, areSerials: boolean): string {
  if (plain.test(cell)) return cell;
  if (areSerials && isSerial(cell)) return readSerial(cell);
  const iso = yearFirst.exec(cell);
  if (iso) return civil(cell, [iso[1], iso[2], iso[3]], iso.slice(4));
  const dots = dotted.exec(cell);
  if (dots) return civil(cell, [dots[3], dots[2], dots[1]], dots.slice(4));
  const slashes = slashed.exec(cell);
  if (!slashes) return cell;
  const [, a, b, year] = slashes;
  return civil(cell, order === 'dmy' ? [year, b, a] : [year, a, b], slashes.slice(4));
}

/** The parts as text of ISO 8601; the cell as it is when there is no such hour. */
function civil(
  cell: string,
  [year = '', month = '', day = '']: (string | undefined)[],
  [hour = '', minute = '', second = '00', half]: (string | undefined)[],
): string {
  const twelve = half === undefined ? undefined : Number(hour) % 12;
  if (half !== undefined && (Number(hour) < 1 || Number(hour) > 12)) return cell;
  const hours = twelve === undefined ? Number(hour) : twelve + (half?.toLowerCase() === 'p' ? 12 : 0);
  const two = (part: string | number) => String(part).padStart(2, '0');
  const full = year.length === 2 ? `20${year}` : year;
  return `${full}-${two(month)}-${two(day)}T${two(hours)}:${minute}:${second}`;
}

function isSerial(cell: string): boolean {
  const value = Number(cell.replace(',', '.'));
  return serial.test(cell) && value >= firstSerial && value < lastSerial;
}

/** A day number as the wall time that Excel shows for it; to the second, since a minute is no whole fraction of a day. */
function readSerial(cell: string): string {
  const seconds = Math.round(Number(cell.replace(',', '.')) * 86_400);
  return new Date(epoch + seconds * 1000).toISOString().slice(0, 19);
}
