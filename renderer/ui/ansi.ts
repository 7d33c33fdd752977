import { lastProgress, terminalSequences } from '../../shared/index.ts';

export { plainText } from '../../shared/index.ts';

/** A stretch of text of one look; `classes` are names of the style sheet, empty for plain text. */
export type Span = { readonly text: string; readonly classes: string };

type Look = {
  front: string;
  back: string;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  under: boolean;
  inverse: boolean;
};

const plain: Look = {
  front: '',
  back: '',
  bold: false,
  dim: false,
  italic: false,
  under: false,
  inverse: false,
};

/** Splits one line of terminal output into spans; colours become class names, so nothing of it can be markup. */
export function ansiSpans(line: string): Span[] {
  const visible = lastProgress(line);
  const spans: Span[] = [];
  let look = plain;
  let from = 0;
  const push = (text: string) => {
    if (text === '') return;
    const classes = classesOf(look);
    const last = spans.at(-1);
    if (last && last.classes === classes) spans[spans.length - 1] = { text: last.text + text, classes };
    else spans.push({ text, classes });
  };
  for (const match of visible.matchAll(terminalSequences)) {
    push(visible.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[1] !== undefined) look = changed(look, match[1]);
  }
  push(visible.slice(from));
  return spans;
}

function changed(look: Look, parameters: string): Look {
  const codes = parameters.split(/[;:]/).map(Number);
  let next = look;
  for (let i = 0; i < codes.length; i += 1) {
    const code = codes[i] ?? 0;
    if (code === 38 || code === 48) {
      const { colour, used } = extended(codes.slice(i + 1));
      i += used;
      next = code === 38 ? { ...next, front: colour } : { ...next, back: colour };
    } else {
      next = applied(next, code);
    }
  }
  return next;
}

function applied(look: Look, code: number): Look {
  if (code === 0) return plain;
  if (code === 1) return { ...look, bold: true };
  if (code === 2) return { ...look, dim: true };
  if (code === 3) return { ...look, italic: true };
  if (code === 4) return { ...look, under: true };
  if (code === 7) return { ...look, inverse: true };
  if (code === 22) return { ...look, bold: false, dim: false };
  if (code === 23) return { ...look, italic: false };
  if (code === 24) return { ...look, under: false };
  if (code === 27) return { ...look, inverse: false };
  if (code === 39) return { ...look, front: '' };
  if (code === 49) return { ...look, back: '' };
  if (code >= 30 && code <= 37) return { ...look, front: String(code - 30) };
  if (code >= 40 && code <= 47) return { ...look, back: String(code - 40) };
  if (code >= 90 && code <= 97) return { ...look, front: String(code - 82) };
  if (code >= 100 && code <= 107) return { ...look, back: String(code - 92) };
  return look;
}

/** The colour after 38 or 48, brought to the sixteen that are readable in both themes. */
function extended(rest: number[]): { colour: string; used: number } {
  if (rest[0] === 5) return { colour: fromPalette(rest[1] ?? 0), used: 2 };
  if (rest[0] === 2) return { colour: nearestOfSixteen(rest[1] ?? 0, rest[2] ?? 0, rest[3] ?? 0), used: 4 };
  return { colour: '', used: 1 };
}

function fromPalette(index: number): string {
  if (index < 16) return String(index);
  if (index >= 232) {
    const grey = (index - 232) * 10 + 8;
    return nearestOfSixteen(grey, grey, grey);
  }
  const level = (part: number) => (part === 0 ? 0 : 55 + part * 40);
  const cube = index - 16;
  return nearestOfSixteen(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

function nearestOfSixteen(red: number, green: number, blue: number): string {
  const strongest = Math.max(red, green, blue);
  const weakest = Math.min(red, green, blue);
  if (strongest - weakest < 32)
    return strongest < 64 ? '0' : strongest < 128 ? '8' : strongest < 208 ? '7' : '15';
  const on = (part: number) => part - weakest > (strongest - weakest) / 2;
  const hue = (on(red) ? 1 : 0) + (on(green) ? 2 : 0) + (on(blue) ? 4 : 0);
  return String(strongest > 200 ? hue + 8 : hue);
}

function classesOf(look: Look): string {
  const names = [
    look.front && `ansi-front-${look.front}`,
    look.back && `ansi-back-${look.back}`,
    look.bold && 'ansi-bold',
    look.dim && 'ansi-dim',
    look.italic && 'ansi-italic',
    look.under && 'ansi-under',
    look.inverse && 'ansi-inverse',
  ];
  return names.filter(Boolean).join(' ');
}
