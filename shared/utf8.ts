import { BelfryError, type ErrorCode } from './error.ts';

/** Bytes as text, or the first one that is not UTF-8; `line` and `byte` count from 1, `byte` from the start of the text. */
export type Utf8 = { ok: true; text: string } | { ok: false; line: number; byte: number };

const newline = 0x0a;

/** Decodes UTF-8 (RFC 3629) strictly: what is not UTF-8 never becomes U+FFFD. A byte order mark stays in the text. */
export function readUtf8(bytes: Uint8Array): Utf8 {
  const whole = decoded(bytes);
  if (whole !== undefined) return { ok: true, text: whole };
  let line = 1;
  for (let from = 0; from < bytes.length; line += 1) {
    const end = bytes.indexOf(newline, from);
    const to = end === -1 ? bytes.length : end + 1;
    if (decoded(bytes.subarray(from, to)) === undefined)
      return { ok: false, line, byte: firstBad(bytes.subarray(from, to)) + from + 1 };
    from = to;
  }
  return { ok: false, line, byte: bytes.length };
}

/** The text of a file that must be UTF-8; throws `code` with line and byte of what is not. */
export function utf8Text(bytes: Uint8Array, where: string, code: ErrorCode = 'BAD_INPUT'): string {
  const reading = readUtf8(bytes);
  if (reading.ok) return reading.text;
  throw notUtf8(bytes, reading, where, code);
}

/** The error for bytes that are not UTF-8, with the likely encoding where the bytes show it. */
export function notUtf8(
  bytes: Uint8Array,
  { line, byte }: { line: number; byte: number },
  where: string,
  code: ErrorCode = 'BAD_INPUT',
): BelfryError {
  const isWide =
    (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff) || bytes[1] === 0;
  const value = (bytes[byte - 1] ?? 0).toString(16).toUpperCase().padStart(2, '0');
  const message = `line ${line}, byte ${byte}: 0x${value} is not UTF-8${isWide ? '; the file seems to be UTF-16' : ''}`;
  return new BelfryError({
    code,
    what: 'The text is not UTF-8',
    where: `in ${where}`,
    why: message,
    remedy: 'Save it as UTF-8 and try again; nothing was changed',
    details: [{ field: '', message }],
  });
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined; // TextDecoder has no other way to say it; where the fault lies is found by the caller.
  }
}

function firstBad(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at] ?? 0;
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (length > 1 && decoded(bytes.subarray(at, at + length)) === undefined) break;
    at += length;
  }
  return at;
}
