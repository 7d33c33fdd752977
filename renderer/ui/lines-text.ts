/** The lines of a text field that stands for a list, one entry a line; empty ones are none. */
export function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** Variables of a text field, `NAME=value` one a line; a line without `=` is a name without a value. */
export function variablesOf(text: string): Record<string, string> {
  return Object.fromEntries(
    linesOf(text).map((line) => {
      const at = line.indexOf('=');
      return at === -1 ? [line, ''] : [line.slice(0, at).trim(), line.slice(at + 1)];
    }),
  );
}
