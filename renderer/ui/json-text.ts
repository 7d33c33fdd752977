/** JSON as the user would set it: two spaces deep, short lists and objects on one line. Line width in characters. */
export function jsonText(value: unknown, width = 72): string {
  return `${write(value, 0, 0, width)}\n`;
}

/** `used`: characters before the value on its line, beside the indentation. */
function write(value: unknown, depth: number, used: number, width: number): string {
  const flat = onOneLine(value);
  if (!isContainer(value)) return flat;
  if (depth > 0 && 2 * depth + used + flat.length <= width) return flat;
  const pad = '  '.repeat(depth + 1);
  const end = `\n${'  '.repeat(depth)}`;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return `[\n${value.map((item) => pad + write(item, depth + 1, 0, width)).join(',\n')}${end}]`;
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return '{}';
  const line = ([key, item]: [string, unknown]) => {
    const name = `${JSON.stringify(key)}: `;
    return pad + name + write(item, depth + 1, name.length, width);
  };
  return `{\n${entries.map(line).join(',\n')}${end}}`;
}

/** `{ "a": [1, 2] }`: with a blank where it helps the eye. */
function onOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(', ')}]`;
  if (!isContainer(value)) return JSON.stringify(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return '{}';
  return `{ ${entries.map(([key, item]) => `${JSON.stringify(key)}: ${onOneLine(item)}`).join(', ')} }`;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
