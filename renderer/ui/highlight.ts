/** Splits a text where `search` occurs in it, without regard to case. */
export function highlight(text: string, search: string): { text: string; hit: boolean }[] {
  if (search === '') return [{ text, hit: false }];
  // Some letters change their length with their case; then places would shift, and nothing is marked.
  const low = text.toLowerCase();
  if (low.length !== text.length) return [{ text, hit: false }];
  const wanted = search.toLowerCase();
  const parts: { text: string; hit: boolean }[] = [];
  let from = 0;
  for (let at = low.indexOf(wanted); at !== -1; at = low.indexOf(wanted, from)) {
    if (at > from) parts.push({ text: text.slice(from, at), hit: false });
    parts.push({ text: text.slice(at, at + wanted.length), hit: true });
    from = at + wanted.length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), hit: false });
  return parts;
}
