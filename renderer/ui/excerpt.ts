const most = 280;

/** The beginning of a text on one line. */
export function excerpt(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  return line === '' ? '(no text)' : line.slice(0, most);
}
