/** Keeps what may be the JSON value that a step prints last. */
export type JsonResult = {
  write(text: string): void;
  /** The value as compact JSON; throws a sentence saying why there is none. */
  take(): { value: string } | { problem: string };
};

/** Characters of a result: it travels in an environment variable, of which Linux takes 128 KiB. */
const longest = 64 * 1024;
/** Pretty-printed JSON is longer than its value. */
const kept = 8 * longest;

/** The last JSON value of a text: all of it, or its last line, or what follows from a line that begins with a bracket. */
export function createJsonResult(): JsonResult {
  let text = '';
  return {
    write(piece) {
      text += piece;
      if (text.length > 2 * kept) text = text.slice(-kept);
    },
    take() {
      const value = lastJson(text.trim());
      if (value === undefined) return { problem: 'It printed no JSON value at its end.' };
      if (value.length <= longest) return { value };
      return { problem: `Its result has ${value.length} characters; at most ${longest} can be handed on.` };
    },
  };
}

function lastJson(text: string): string | undefined {
  const opening = openingOf(text);
  const starts = [0, text.lastIndexOf('\n') + 1, ...(opening === undefined ? [] : [opening])];
  for (const start of starts) {
    const value = compact(text.slice(start));
    if (value !== undefined) return value;
  }
  return undefined;
}

/**
 * Where a value that ends with this text begins, if a line begins there: an unindented bracket begins a pretty-printed
 * value. Brackets are matched from the end on, so that however many lines begin with one, a single place is tried.
 */
function openingOf(text: string): number | undefined {
  let depth = 0;
  for (let at = text.length - 1; at >= 0; at -= 1) {
    const character = text[at];
    if (character === '"') at = quoteBefore(text, at);
    else if (character === ']' || character === '}') depth += 1;
    else if (character === '[' || character === '{') depth -= 1;
    if (depth <= 0) return depth === 0 && (at === 0 || text[at - 1] === '\n') ? at : undefined;
  }
  return undefined;
}

/** Where the string that ends with the quote at `end` begins; -1 when nowhere. */
function quoteBefore(text: string, end: number): number {
  let at = end > 0 ? text.lastIndexOf('"', end - 1) : -1;
  while (at > 0) {
    let slashes = 0;
    while (text[at - 1 - slashes] === '\\') slashes += 1;
    if (slashes % 2 === 0) break;
    at = text.lastIndexOf('"', at - 1);
  }
  return at;
}

function compact(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return undefined; // JSON.parse has no other way to say that a text is no JSON.
  }
}
