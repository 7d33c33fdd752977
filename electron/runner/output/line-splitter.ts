import type { Millis } from '../../../shared/index.ts';

/** Text in pieces to whole lines. */
export type LineSplitter = { push(text: string, at: Millis): string[]; end(): string[] };

/** Characters of one line that are kept. */
const lineLimit = 64 * 1024;
/** A progress line that rewrites itself is kept at most this often, in milliseconds. */
const progressPause = 1000;

/**
 * Cuts text into lines at LF or CR LF. A lone CR rewrites its line, as on a terminal: the last version is kept, and
 * one in between each second as a sign of life. A line over the limit is cut, with a remark.
 */
export function createLineSplitter(limit = lineLimit): LineSplitter {
  let rest = '';
  let dropped = 0;
  let progressAt = Number.NEGATIVE_INFINITY;

  const close = (line: string): string => {
    const whole = lastVersion(line);
    const lost = dropped + Math.max(0, whole.length - limit);
    dropped = 0;
    return lost === 0 ? whole : `${whole.slice(0, limit)} [line cut: ${lost} more characters]`;
  };
  const progress = (at: Millis): string[] => {
    const end = rest.lastIndexOf('\r', rest.length - 2);
    if (end < 0) return [];
    const shown = lastVersion(rest.slice(0, end));
    rest = rest.slice(end + 1);
    if (shown === '' || at - progressAt < progressPause) return [];
    progressAt = at;
    return [close(shown)];
  };

  return {
    push(text, at) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (let i = 0; i < lines.length; i += 1) {
        const line = lines[i] ?? '';
        if (dropped > 0 || line.length > limit || line.includes('\r')) lines[i] = close(line);
      }
      if (rest.includes('\r')) lines.push(...progress(at));
      if (rest.length > limit) {
        dropped += rest.length - limit;
        rest = rest.slice(0, limit);
      }
      return lines;
    },
    end() {
      const line = rest;
      rest = '';
      return line === '' && dropped === 0 ? [] : [close(line)];
    },
  };
}

/** What a terminal would show of a line that rewrites itself. */
function lastVersion(line: string): string {
  if (!line.includes('\r')) return line;
  const trimmed = line.replace(/\r+$/, '');
  return trimmed.slice(trimmed.lastIndexOf('\r') + 1);
}
