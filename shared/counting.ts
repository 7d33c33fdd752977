/** How a network counts the characters of a text. */
export type Counting = {
  /** What people see as one character, or Unicode code points. */
  unit: 'graphemes' | 'code-points';
  /** What each address counts, whatever its length; null = as long as it is. */
  address: number | null;
  /** `@user@server` counts as `@user`. */
  shortMentions: boolean;
  /** The content warning counts with the text. */
  warning: boolean;
};

/** Length of a text as a network counts it. */
export function countCharacters(text: string, warning: string | null, counting: Counting): number {
  const { address } = counting;
  const found = address === null ? [] : addressesIn(text);
  const rest = found.reduceRight((left, { from, to }) => left.slice(0, from) + left.slice(to), text);
  const shown = counting.shortMentions ? rest.replace(remoteMention, '@$1') : rest;
  const extra = counting.warning ? (warning ?? '') : '';
  const count = counting.unit === 'graphemes' ? graphemes : codePoints;
  return count(shown) + count(extra) + found.length * (address ?? 0);
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Characters as people see them: a family emoji or a letter with accents counts 1. */
export function graphemes(text: string): number {
  let count = 0;
  for (const _ of segmenter.segment(text)) count += 1;
  return count;
}

function codePoints(text: string): number {
  return [...text].length;
}

/** Mastodon, app/models/account.rb, USERNAME_RE and MENTION_RE (main of September 2026). */
const remoteMention =
  /(?<![=/\p{L}\p{N}_])@([a-z0-9_]+(?:[.-]+[a-z0-9_]+)*)@[\p{L}\p{N}_]+(?:[.-]+[\p{L}\p{N}_]+)*/giu;

/**
 * The addresses that Mastodon makes links of, and counts as such (config/initializers/twitter_regex.rb, main of September
 * 2026): after http:// or https:// a host with a dot that ends in letters, so that `http://localhost/` and
 * `https://10.0.0.1/` are none. Which endings exist is left out of account.
 */
const host =
  /(?<![a-z0-9@＠$#＃])https?:\/\/(?:[\p{L}\p{N}](?:[\p{L}\p{N}_-]*[\p{L}\p{N}])?\.)+(?:xn--[a-z0-9-]*[a-z0-9]|\p{L}{2,})(?![\p{L}\p{N}@_-])(?::\d+)?/giu;

/** The first address in a text, whole: without what closes the sentence, with brackets that belong to it. */
export function firstAddress(text: string): string | undefined {
  const [first] = addressesIn(text);
  return first && text.slice(first.from, first.to);
}

function addressesIn(text: string): { from: number; to: number }[] {
  return [...text.matchAll(host)].map(({ 0: start, index: from }) => ({
    from,
    to: endOfAddress(text, from + start.length),
  }));
}

/** Closing marks that end a sentence rather than an address, unless more of it follows. */
const notLast = new Set('!*"\'「」;:=,.$%[]~&|@');
const queryCharacter = /[a-z0-9!?*'();:&=+$/%#[\]_.,~|@^-]|[^\p{ASCII}\p{White_Space}]/iu;
const queryEnd = /[a-z0-9_&=#/-]|[^\p{ASCII}\p{White_Space}]/iu;

/** Where the path and the query that begin at `from` end. */
function endOfAddress(text: string, from: number): number {
  const path = text[from] === '/' ? endOfPath(text, from) : { end: from, next: from };
  if (text[path.next] !== '?' || path.next !== path.end) return path.end;
  let end = path.end;
  for (let at = path.next + 1; at < text.length && queryCharacter.test(text[at] ?? ''); at += 1)
    if (queryEnd.test(text[at] ?? '')) end = at + 1;
  return end;
}

/** Brackets belong to a path in pairs only, as in `/Mercury_(planet)`; `next` is where the path breaks off. */
function endOfPath(text: string, from: number): { end: number; next: number } {
  let end = from;
  let at = from;
  while (at < text.length) {
    const character = text[at] ?? '';
    const pair = character === '(' ? pairAt(text, at) : 0;
    if (pair === 0 && /[\s<>()?]/u.test(character)) break;
    at += pair || 1;
    if (pair > 0 || !notLast.has(character)) end = at;
  }
  return { end, next: at };
}

/** Length of a pair of brackets with something between them, in which one more pair may be; 0 when there is none. */
function pairAt(text: string, from: number): number {
  bracketed.lastIndex = from;
  return bracketed.exec(text)?.[0].length ?? 0;
}
const bracketed = /\((?:[^\s<>()?]+|[^\s<>()?]*\([^\s<>()?]+\)[^\s<>()?]*)\)/uy;
