/** JSON as a person would set it: two spaces deep, short lists and objects on one line. Line width in characters. */
export function jsonText(value: unknown, width = 72): string {
  return `${write(value, 0, width)}\n`;
}

function write(value: unknown, depth: number, room: number): string {
  const flat = onOneLine(value);
  if (flat.length <= room - 2 * depth && (depth > 0 || !isContainer(value))) return flat;
  const pad = '  '.repeat(depth + 1);
  const end = `\n${'  '.repeat(depth)}`;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return `[\n${value.map((item) => pad + write(item, depth + 1, room)).join(',\n')}${end}]`;
  }
  if (isContainer(value)) {
    const entries = Object.entries(value);
    if (entries.length === 0) return '{}';
    const line = ([key, item]: [string, unknown]) => {
      const name = JSON.stringify(key);
      return `${pad}${name}: ${write(item, depth + 1, room - name.length - 2)}`;
    };
    return `{\n${entries.map(line).join(',\n')}${end}}`;
  }
  return flat;
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
