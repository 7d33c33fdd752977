import { readUtf8 } from '../../shared/index.ts';

const newline = 0x0a;
/** Many tiny chunks are joined at this number, since each costs memory of its own. */
const mostParts = 64;

/**
 * Cuts bytes into lines at `\n` and decodes each as UTF-8; a line that is not UTF-8 is undefined in its place. Returns
 * undefined once a line exceeds `limitBytes`: the sender does not keep to the protocol, and everything after is void.
 */
export function lineCutter(limitBytes: number): (chunk: Uint8Array) => (string | undefined)[] | undefined {
  let parts: Uint8Array[] = [];
  let held = 0;
  return (chunk) => {
    const lines: (string | undefined)[] = [];
    let from = 0;
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
      if (held + at - from > limitBytes) return undefined;
      const line = readUtf8(Buffer.concat([...parts, chunk.subarray(from, at)]));
      lines.push(line.ok ? line.text : undefined);
      parts = [];
      held = 0;
      from = at + 1;
    }
    held += chunk.length - from;
    if (held > limitBytes) return undefined;
    if (from < chunk.length) parts.push(chunk.subarray(from));
    if (parts.length >= mostParts) parts = [Buffer.concat(parts)];
    return lines;
  };
}
