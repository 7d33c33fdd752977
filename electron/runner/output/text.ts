// The text that commands print: decoded, cut into lines, its end kept for errors, and secrets masked in it.
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

/** Variables whose value is a secret by their name. */
const secretName = /TOKEN|SECRET|PASSW|PASSPHRASE|API[_-]?KEY|ACCESS[_-]?KEY|PRIVATE[_-]?KEY|CREDENTIAL/i;
/** Shorter values are switches and names rather than secrets. */
const shortestSecret = 8;

/** Whether a variable's name says that its value is a secret. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** Values of an environment that must not be stored: those of variables named like a secret. */
export function secretsIn(environment: Readonly<Record<string, string>>): string[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    isSecretName(name) && value.length >= shortestSecret ? [value] : [],
  );
}

/** The parts of a webhook's address that may be secret, as in Slack's and Discord's: all behind its host, whole and in parts. */
export function secretsOfUrl(url: string): string[] {
  const { username, password, pathname, search, hash, searchParams } = new URL(url);
  const behindHost = url.replace(/^[^:]+:\/\/[^/?#]*/, '');
  const parts = [
    behindHost,
    `${pathname}${search}${hash}`,
    `${pathname}${search}`,
    pathname,
    ...pathname.split('/'),
    ...pathname.split('/').map(decoded),
    ...searchParams.values(),
    decoded(username),
    decoded(password),
  ];
  return [...new Set(parts)].filter((part) => part.length >= shortestSecret);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // A lone % is no escape.
  }
}

/** Values of a webhook's headers that must not be stored; of `Bearer …` also the part after the scheme. */
export function secretsOfHeaders(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    isSecretName(name) || /^(proxy-)?authorization$|cookie|signature/i.test(name)
      ? [value, value.replace(/^\S+\s+/, '')].filter((part) => part.length >= shortestSecret)
      : [],
  );
}

export type Masks = (secrets: readonly string[]) => Mask;

/** Creates masks and keeps the last one: most runs have the same secrets as the run before. */
export function createMasks(): Masks {
  let last: { key: string; mask: Mask } | undefined;
  return (secrets) => {
    const key = secrets.join('\0');
    if (last?.key !== key) last = { key, mask: createMask(secrets) };
    return last.mask;
  };
}

/** Replaces secrets in text; `stream` does so in text that comes in pieces. */
export type Mask = {
  text(text: string): string;
  stream(): { push(piece: string): string; end(): string };
};

const replacement = '•••';
/** Shorter texts would mask ordinary words. */
const shortest = 4;
/** An encoded piece shorter than this is too common to be masked. */
const shortestEncoded = 6;
const shortestLine = 8;

/** Masks the given secrets: raw, line by line, URL-encoded, JSON-escaped, in hex and in base64 at any alignment. */
export function createMask(secrets: readonly string[]): Mask {
  const variants = [...new Set(secrets.flatMap(variantsOf))].sort((a, b) => b.length - a.length);
  if (variants.length === 0) return noMask;
  const pattern = new RegExp(variants.map(escapeRegex).join('|'), 'g');
  const touched = (text: string) => variants.some((variant) => text.includes(variant));
  const replace = (text: string) => (touched(text) ? text.replace(pattern, replacement) : text);

  /** Where the beginning of a secret may start whose rest has not come yet. */
  const holdFrom = (text: string): number => {
    const from = variants.reduce((least, variant) => Math.min(least, beginning(text, variant)), text.length);
    if (from === text.length || !touched(text)) return from;
    const across = [...text.matchAll(pattern)].find(
      (match) => match.index < from && match.index + match[0].length > from,
    );
    return across?.index ?? from;
  };

  return {
    text: replace,
    stream() {
      let held = '';
      return {
        push(piece) {
          const text = held + piece;
          const from = holdFrom(text);
          held = text.slice(from);
          return replace(text.slice(0, from));
        },
        end() {
          const text = held;
          held = '';
          return replace(text);
        },
      };
    },
  };
}

const noMask: Mask = {
  text: (text) => text,
  stream: () => ({ push: (piece) => piece, end: () => '' }),
};

/** Where the longest suffix of `text` begins that is a proper prefix of `secret`. */
function beginning(text: string, secret: string): number {
  const first = secret.charAt(0);
  let at = text.indexOf(first, Math.max(0, text.length - secret.length + 1));
  while (at >= 0 && !secret.startsWith(text.slice(at))) at = text.indexOf(first, at + 1);
  return at < 0 ? text.length : at;
}

function variantsOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/).map((line) => line.trim());
  return lines.filter((line) => line.length >= shortest).flatMap(encodings);
}

function encodings(text: string): string[] {
  const url = encodeURIComponent(text.toWellFormed());
  const json = JSON.stringify(text).slice(1, -1);
  const bytes = Buffer.from(text);
  const encoded = [
    url,
    url.replaceAll('%20', '+'),
    url.replaceAll('%2F', '/'),
    url.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase()),
    json,
    json.replaceAll('/', '\\/'),
    json.replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...[0, 1, 2].flatMap((offset) => base64At(bytes, offset)),
    ...[64, 76].flatMap((width) => base64Lines(bytes, width)),
  ];
  return [text, ...encoded.filter((variant) => variant.length >= shortestEncoded)];
}

/** The characters of base64 that depend on `bytes` alone when `offset` other bytes stand before them. */
function base64At(bytes: Buffer, offset: number): string[] {
  const all = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  const part = all.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
  return [part, part.replaceAll('+', '-').replaceAll('/', '_')];
}

/** `base64` and PEM break their lines at these widths; a last line of a few characters says too little to be masked. */
function base64Lines(bytes: Buffer, width: number): string[] {
  const all = bytes.toString('base64');
  const count = Math.ceil(all.length / width);
  const lines = Array.from({ length: count }, (_, at) => all.slice(at * width, (at + 1) * width));
  return count > 1 ? lines.filter((line) => line.length >= shortestLine) : [];
}

function escapeRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
