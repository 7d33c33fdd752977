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
  const starts = [0, text.lastIndexOf('\n') + 1, ...openings(text)];
  for (const start of starts) {
    const value = compact(text.slice(start));
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Where lines begin with a bracket, the last one first; an unindented bracket begins a pretty-printed value. */
function openings(text: string): number[] {
  return [...text.matchAll(/^[[{]/gm)].map((match) => match.index).reverse();
}

function compact(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return undefined; // JSON.parse has no other way to say that a text is no JSON.
  }
}
