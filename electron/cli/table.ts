import { cutTo, widthOf } from './text.ts';

const gap = '  ';
/** A column is never cut below this, however narrow the terminal. */
const least = 8;

/**
 * Rows under a head, columns aligned. On a terminal of `columns` width the widest column is cut to fit;
 * without a width (piped) nothing is.
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  columns?: number,
): string {
  const natural = head.map((title, i) =>
    Math.max(widthOf(title), ...rows.map((row) => widthOf(row[i] ?? ''))),
  );
  const widths = columns === undefined ? natural : narrowed(natural, columns);
  const line = (cells: readonly string[]) =>
    widths
      .map((width, i) => pad(cutTo(cells[i] ?? '', width), width))
      .join(gap)
      .trimEnd();
  return [head, ...rows].map(line).join('\n');
}

/** Names and values, one pair per line; empty values are left out. */
export function pairs(list: readonly (readonly [string, string | undefined])[]): string {
  const shown = list.filter(([, value]) => value !== undefined && value !== '');
  const width = Math.max(0, ...shown.map(([name]) => widthOf(name)));
  return shown.map(([name, value]) => `${pad(name, width)}${gap}${value}`).join('\n');
}

function narrowed(natural: readonly number[], columns: number): number[] {
  const widths = [...natural];
  const total = () => widths.reduce((sum, width) => sum + width, 0) + gap.length * (widths.length - 1);
  while (total() > columns) {
    const widest = Math.max(...widths);
    if (widest <= least) break;
    widths[widths.indexOf(widest)] = widest - 1;
  }
  return widths;
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}
