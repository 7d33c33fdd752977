import { stripVTControlCharacters, styleText } from 'node:util';

const wide =
  /\p{Extended_Pictographic}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Text without escape sequences and control characters: what a job or a post says must not steer the terminal. */
export function plain(text: string): string {
  return stripVTControlCharacters(text).replace(/\p{Cc}/gu, (control) => (control === '\t' ? control : ''));
}

/** The same in one line. */
export function oneLine(text: string): string {
  return plain(text.replace(/\s+/g, ' ')).trim();
}

/** Columns that a text takes on a terminal; colours take none, East Asian characters and emoji two. */
export function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(stripVTControlCharacters(text)))
    width += wide.test(segment) ? 2 : 1;
  return width;
}

/** Cuts a text to a width, with an ellipsis for what is gone; colours go too, since half of one would run on. */
export function cutTo(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  for (const { segment } of graphemes.segment(stripVTControlCharacters(text))) {
    if (widthOf(kept + segment) > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** `1 job`, `2 jobs`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

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

export type Paint = (style: 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan', text: string) => string;

/** Colours, or none (NO_COLOR, a pipe). */
export function painter(color: boolean): Paint {
  // The decision is the caller's, so the style must not look at the terminal once more.
  return color ? (style, text) => styleText(style, text, { validateStream: false }) : (_style, text) => text;
}

/** A status in the colour of how much it wants to be seen. */
export function paintStatus(paint: Paint, status: string): string {
  if (['failed', 'timed-out', 'unconfirmed', 'sign-in-needed', 'moved', 'locked'].includes(status))
    return paint('red', status);
  if (['missed', 'interrupted', 'skipped', 'cancelled', 'paused'].includes(status))
    return paint('yellow', status);
  if (['running', 'sending'].includes(status)) return paint('cyan', status);
  if (['success', 'published', 'ready'].includes(status)) return paint('green', status);
  return status;
}
