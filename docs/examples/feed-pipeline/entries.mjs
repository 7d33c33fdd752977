import { Problem } from './problem.mjs';
import { plainText } from './text.mjs';
import { childrenOf, parseXml, textOf, XmlError } from './xml.mjs';

/**
 * The entries of an RSS 2.0, RSS 1.0 (RDF) or Atom feed, in its order:
 * `{ id, title, link, summary, published (ms or null), image: { url, alt } | null }`; what is absent is ''.
 */
export function readEntries(text, where) {
  const root = parse(text, where);
  const kind = root.name.replace(/^(rdf|atom|rss):/i, '').toLowerCase();
  if (kind === 'rss' || kind === 'rdf') return rssItems(root).map((item) => rssEntry(item));
  if (kind === 'feed') return childrenOf(root, 'entry', 'atom:entry').map((entry) => atomEntry(entry));
  const why =
    kind === 'html'
      ? 'It is a web page; many pages name their feed in a <link rel="alternate">'
      : `Its outermost element is <${root.name}>`;
  throw new Problem('FEED_BROKEN', 'This is no feed', where, why, 'Give the address of an RSS or Atom feed');
}

function parse(text, where) {
  try {
    return parseXml(text.replace(/^\ufeff?\s+/, ''));
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    const page = /^\s*<(!doctype html|html)/i.test(text);
    const why = page ? 'It is a web page' : `Its XML is broken: ${error.message}`;
    throw new Problem(
      'FEED_BROKEN',
      'The feed cannot be understood',
      where,
      why,
      'Nothing was taken from it; try again when it is whole',
    );
  }
}

function rssItems(root) {
  return [
    ...childrenOf(root, 'channel').flatMap((channel) => childrenOf(channel, 'item')),
    ...childrenOf(root, 'item'),
  ];
}

function rssEntry(item) {
  const guid = first(item, 'guid');
  const guidText = trimmed(guid);
  const isAddress = guid?.attributes.isPermaLink !== 'false' && /^https?:/i.test(guidText);
  const atomLink = childrenOf(item, 'atom:link').find(
    (link) => (link.attributes.rel ?? 'alternate') === 'alternate',
  );
  return {
    id: guidText || (item.attributes['rdf:about'] ?? ''),
    title: plainText(textOf(first(item, 'title'))),
    link: trimmed(first(item, 'link')) || atomLink?.attributes.href || (isAddress ? guidText : ''),
    summary: plainText(textOf(first(item, 'description') ?? first(item, 'content:encoded'))),
    published: dateOf(trimmed(first(item, 'pubDate', 'dc:date', 'atom:updated', 'date'))),
    image: imageOf(
      item,
      childrenOf(item, 'enclosure').map(({ attributes }) => ({ url: attributes.url, type: attributes.type })),
    ),
  };
}

function atomEntry(entry) {
  const links = childrenOf(entry, 'link', 'atom:link').map((link) => link.attributes);
  const link = links.find((candidate) => (candidate.rel ?? 'alternate') === 'alternate');
  const enclosures = links
    .filter(({ rel }) => rel === 'enclosure')
    .map(({ href, type }) => ({ url: href, type }));
  return {
    id: trimmed(first(entry, 'id', 'atom:id')),
    title: atomText(first(entry, 'title', 'atom:title')),
    link: link?.href?.trim() ?? '',
    summary: atomText(first(entry, 'summary', 'atom:summary') ?? first(entry, 'content', 'atom:content')),
    published: dateOf(
      trimmed(first(entry, 'published', 'atom:published') ?? first(entry, 'updated', 'atom:updated')),
    ),
    image: imageOf(entry, enclosures),
  };
}

/** Atom says of a text whether it holds markup (RFC 4287 §3.1); `<` in plain text is no tag. */
function atomText(element) {
  const text = textOf(element);
  return element?.attributes.type === 'html' ? plainText(text) : text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
}

/** The first picture: Media RSS, then enclosures. Its words come from the feed, else from the entry's title. */
function imageOf(entry, enclosures) {
  const groups = [entry, ...childrenOf(entry, 'media:group')];
  const media = groups.flatMap((group) => childrenOf(group, 'media:content').filter(isPicture));
  const thumbnails = groups.flatMap((group) => childrenOf(group, 'media:thumbnail'));
  const enclosed = enclosures.find(
    ({ url, type }) => url && (type ? /^image\//i.test(type) : looksLikePicture(url)),
  );
  const element = media[0] ?? (enclosed ? undefined : thumbnails[0]);
  const url = element?.attributes.url ?? enclosed?.url;
  if (!url) return null;
  const places = element ? [element, ...groups] : groups;
  const words = places.flatMap((place) => childrenOf(place, 'media:description')).map(textOf);
  return { url: url.trim(), alt: plainText(words[0] ?? '') };
}

function isPicture({ attributes }) {
  const { medium, type, url } = attributes;
  return (
    Boolean(url) && (medium ? medium === 'image' : type ? /^image\//i.test(type) : looksLikePicture(url))
  );
}

function looksLikePicture(url) {
  return /\.(jpe?g|png|gif|webp)([?#]|$)/i.test(url);
}

function first(element, ...names) {
  return names.flatMap((name) => childrenOf(element, name))[0];
}

function trimmed(element) {
  return textOf(element).trim();
}

/** Milliseconds of an RFC 822 or ISO 8601 date; null when it is absent or is none. */
function dateOf(text) {
  const at = Date.parse(text);
  return Number.isFinite(at) ? at : null;
}
