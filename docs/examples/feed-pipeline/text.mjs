import { decodeEntities } from './xml.mjs';

/** A network that shortens links counts each as 23 characters, short ones too (Mastodon). */
const linkCost = 23;
const segments = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Markup and entities to plain text on one line. */
export function plainText(markup) {
  const bare = markup
    .replace(/<(script|style)\b[\s\S]*?(?:<\/\1\s*>|$)|<!--[\s\S]*?(?:-->|$)/gi, ' ')
    .replace(/<\/?(br|p|div|li|h\d)\b[^<>]*>/gi, ' ')
    .replace(/<\/?[a-z][^<>]*>/gi, '');
  return decodeEntities(bare)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}

/** Characters as people count them: an emoji with its skin tone is one. */
export function graphemes(text) {
  return Array.from(segments.segment(text), ({ segment }) => segment);
}

/**
 * The text of a post: title, as much of the summary as fits, and the link, whole, in `limit` graphemes.
 * Names with @ are made harmless, so that a feed cannot call people.
 */
export function postText({ title, summary, link }, limit) {
  const tail = link ? `\n\n${link}` : '';
  const room = limit - (link ? 2 + Math.max(linkCost, graphemes(link).length) : 0);
  if (room < 1)
    return link && graphemes(link).length <= limit ? link : shorten(quiet(title || summary), limit);
  const head = shorten(quiet(title), room);
  const left = room - graphemes(head).length - (head ? 2 : 0);
  const more = summary && summary !== title && left >= 20 ? shorten(quiet(summary), left) : '';
  return `${[head, more].filter(Boolean).join('\n\n')}${tail}`.trim();
}

/** Cuts at a word's end where there is one near, and says so with an ellipsis. */
function shorten(text, limit) {
  const all = graphemes(text);
  if (all.length <= limit) return text;
  const cut = all.slice(0, limit - 1).join('');
  const word = cut.replace(/\s+\S*$/u, '');
  return `${(word.length > cut.length / 2 ? word : cut).replace(/[\s.,;:–—-]+$/u, '')}…`;
}

/** An invisible joiner after @ keeps the words and ends the mention. */
function quiet(text) {
  return text.replace(/(^|[^\p{L}\p{N}_.])([@＠])(?=[\p{L}\p{N}_])/gu, '$1$2\u2060').toWellFormed();
}
