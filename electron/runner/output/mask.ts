import type { Environment } from '../commands/environment.ts';

/** Variables whose value is a secret by their name. */
const secretName = /TOKEN|SECRET|PASSW|PASSPHRASE|API[_-]?KEY|ACCESS[_-]?KEY|PRIVATE[_-]?KEY|CREDENTIAL/i;
/** Shorter values are switches and names rather than secrets. */
const shortestSecret = 8;

/** Whether a variable's name says that its value is a secret. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** Values of an environment that must not be stored: those of variables named like a secret. */
export function secretsIn(environment: Readonly<Environment>): string[] {
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
