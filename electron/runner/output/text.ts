import { StringDecoder } from 'node:string_decoder';
import { type Millis, plainText } from '../../../shared/index.ts';

/** Turns the bytes of a stream into text, whatever they are. */
type Decoder = { push(chunk: Buffer): string; end(): string };

const sampleSize = 4096;
const hexHead = 16;

/**
 * Decodes a stream of unknown content: UTF-8 with broken sequences replaced, UTF-16 with a byte order mark, and
 * binary data as one remark with its first bytes in hex and one with its length.
 */
export function createDecoder(): Decoder {
  let text: StringDecoder | undefined;
  let wide = false;
  let binary: { bytes: number } | undefined;

  const leaveBinary = () => {
    if (!binary) return '';
    const remark = `[binary output: ${binary.bytes} bytes in all, not kept]\n`;
    binary = undefined;
    return remark;
  };
  const push = (chunk: Buffer): string => {
    if (!text) {
      wide = hasUtf16Mark(chunk);
      text = new StringDecoder(wide ? 'utf16le' : 'utf8');
    }
    if (wide || !isBinary(chunk)) {
      const decoded = text.write(chunk);
      return leaveBinary() + (decoded.includes('\0') ? decoded.replaceAll('\0', '␀') : decoded);
    }
    if (binary) {
      binary.bytes += chunk.length;
      return '';
    }
    binary = { bytes: chunk.length };
    return `${text.end()}\n[binary output, beginning with ${chunk.subarray(0, hexHead).toString('hex')}]\n`;
  };
  return { push, end: () => leaveBinary() + (text?.end() ?? '') };
}

function hasUtf16Mark(chunk: Buffer): boolean {
  return chunk[0] === 0xff && chunk[1] === 0xfe;
}

/** Binary: a NUL is in it, and more than 2 % of its beginning are control characters that no text has. */
function isBinary(chunk: Buffer): boolean {
  if (!chunk.includes(0)) return false;
  const sample = chunk.subarray(0, sampleSize);
  const controls = sample.reduce((count, byte) => count + (isTextByte(byte) ? 0 : 1), 0);
  return controls > sample.length / 50;
}

function isTextByte(byte: number): boolean {
  return byte >= 0x20 || (byte >= 0x07 && byte <= 0x0d) || byte === 0x1b;
}

/** Turns text that comes in pieces into whole lines. */
type LineSplitter = { push(text: string, at: Millis): string[]; end(): string[] };

/** Characters of one line that are kept. */
const lineLimit = 64 * 1024;
/** Versions of a progress line that rewrites itself are kept at most this often, in milliseconds. */
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

/** The end of a command's standard error, where most programs say why they failed. */
type LastLines = {
  write(text: string): void;
  /** Its last lines joined, with `mask` applied; '' when there are none. */
  text(mask: (text: string) => string): string;
};

/** Characters kept: far more than shown, so that a secret cut in two at their beginning is never shown. */
const kept = 16 * 1024;
const mostLines = 4;
const longest = 300;
/** Lines that say less than the one before: stack frames, the mark below a column, a version. */
const noise = /^\s*(at\s.+[:(].*|[\^~\s]+|Node\.js v[\d.]+|\.\.\. \d+ .*)$/;

export function createLastLines(): LastLines {
  let tail = '';
  let wasCut = false;
  return {
    write(text) {
      wasCut ||= tail.length + text.length > kept;
      tail = (tail + text.slice(-kept)).slice(-kept);
    },
    text(mask) {
      const whole = wasCut ? tail.slice(tail.indexOf('\n') + 1) : tail;
      const lines = mask(whole)
        .split('\n')
        .map((line) => plainText(line).trimEnd())
        .filter((line) => line !== '' && !noise.test(line))
        .slice(-mostLines)
        .map((line) => line.trim());
      const text = lines.join(' / ');
      return text.length > longest ? `…${text.slice(-longest)}` : text;
    },
  };
}
