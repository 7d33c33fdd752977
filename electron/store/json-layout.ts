/** How a JSON text is laid out: the text of one indentation step and its line break. */
export type Layout = { indent: string; newline: string };

const longestLine = 100;

/** The layout that a text has; two spaces where it does not tell. */
export function layoutOf(text: string): Layout {
  return { indent: /^([ \t]+)\S/m.exec(text)?.[1] ?? '  ', newline: text.includes('\r\n') ? '\r\n' : '\n' };
}

/** `value` as JSON for people: one line per entry, but short lists of plain values (arguments) on one line. */
export function printJson(value: unknown, layout: Layout, margin = ''): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = margin + layout.indent;
  const items = Array.isArray(value)
    ? value.map((item) => printJson(item, layout, inner))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${printJson(item, layout, inner)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  if (items.length === 0) return open + close;
  const plain = Array.isArray(value) && value.every((item) => typeof item !== 'object' || item === null);
  const line = `${open}${items.join(', ')}${close}`;
  if (plain && line.length <= longestLine) return line;
  const next = layout.newline + inner;
  return `${open}${next}${items.join(`,${next}`)}${layout.newline}${margin}${close}`;
}
