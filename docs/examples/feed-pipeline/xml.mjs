// XML 1.0 as far as feeds need it: elements, attributes, CDATA, comments, entities. Entities that a document
// declares itself are never expanded, so a small file cannot become a large one.

const deepest = 200;
const named = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  shy: '',
  copy: '©',
  reg: '®',
  trade: '™',
  hellip: '…',
  ndash: '–',
  mdash: '—',
  lsquo: '‘',
  rsquo: '’',
  sbquo: '‚',
  ldquo: '“',
  rdquo: '”',
  bdquo: '„',
  laquo: '«',
  raquo: '»',
  bull: '•',
  middot: '·',
  euro: '€',
  pound: '£',
  deg: '°',
  times: '×',
  szlig: 'ß',
  auml: 'ä',
  ouml: 'ö',
  uuml: 'ü',
  Auml: 'Ä',
  Ouml: 'Ö',
  Uuml: 'Ü',
  eacute: 'é',
  egrave: 'è',
  agrave: 'à',
  ccedil: 'ç',
  ntilde: 'ñ',
  oslash: 'ø',
  aring: 'å',
  aelig: 'æ',
};

/** A mistake in a document, with its line. */
export class XmlError extends Error {
  constructor(message, text, at) {
    super(`${message} (line ${text.slice(0, at).split('\n').length})`);
  }
}

/** The document's root as `{ name, attributes, children }`; children are elements and strings. Throws XmlError. */
export function parseXml(text) {
  const document = { name: '', attributes: {}, children: [] };
  const open = [document];
  let at = 0;
  while (at < text.length) {
    const top = open[open.length - 1];
    const next = text.indexOf('<', at);
    const end = next < 0 ? text.length : next;
    if (end > at) top.children.push(decodeEntities(text.slice(at, end)));
    at = end;
    if (at >= text.length) break;
    if (text.startsWith('<!--', at)) at = after('-->', 'a comment');
    else if (text.startsWith('<![CDATA[', at)) {
      const stop = after(']]>', 'a CDATA section');
      top.children.push(text.slice(at + 9, stop - 3));
      at = stop;
    } else if (text.startsWith('<?', at)) at = after('?>', 'a processing instruction');
    else if (text.startsWith('<!', at)) at = afterDoctype();
    else if (text[at + 1] === '/') at = closeTag();
    else at = openTag(top);
  }
  if (open.length > 1) throw new XmlError(`it ends inside <${open[open.length - 1].name}>`, text, at);
  const [root, ...more] = document.children.filter((child) => typeof child !== 'string');
  if (!root || more.length > 0) throw new XmlError('it must have exactly one outermost element', text, 0);
  const stray = document.children.find((child) => typeof child === 'string' && child.trim());
  if (stray) throw new XmlError('there is text outside the outermost element', text, text.indexOf(stray));
  return root;

  function after(mark, what) {
    const found = text.indexOf(mark, at);
    if (found < 0) throw new XmlError(`${what} does not end`, text, at);
    return found + mark.length;
  }

  function afterDoctype() {
    const inner = text.indexOf('[', at);
    const close = text.indexOf('>', at);
    if (inner < 0 || inner > close) return after('>', 'a declaration');
    const subset = text.slice(inner).search(/\]\s*>/);
    if (subset < 0) throw new XmlError('the document type does not end', text, at);
    return text.indexOf('>', inner + subset) + 1;
  }

  function closeTag() {
    const stop = after('>', 'a closing tag');
    const name = text.slice(at + 2, stop - 1).trim();
    const top = open[open.length - 1];
    if (open.length === 1) throw new XmlError(`</${name}> closes nothing`, text, at);
    if (top.name !== name) throw new XmlError(`</${name}> where </${top.name}> belongs`, text, at);
    open.pop();
    return stop;
  }

  function openTag(top) {
    tagPattern.lastIndex = at;
    const match = tagPattern.exec(text);
    if (!match) throw new XmlError('a tag is malformed', text, at);
    const element = { name: match[1], attributes: attributesOf(match[2]), children: [] };
    top.children.push(element);
    if (!match[3]) open.push(element);
    if (open.length > deepest) throw new XmlError(`it is nested deeper than ${deepest}`, text, at);
    return tagPattern.lastIndex;
  }
}

const tagPattern = /<([^\s/>=<"'!?]+)((?:\s+[^\s=/><"']+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
const attributePattern = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

function attributesOf(source) {
  const pairs = [...source.matchAll(attributePattern)];
  return Object.fromEntries(pairs.map(([, name, a, b]) => [name, decodeEntities(a ?? b)]));
}

/** `&amp;`, `&#8217;` and the names that feeds use; what is no entity stays as it is, for feeds are seldom exact. */
export function decodeEntities(text) {
  return text.replace(
    /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z]{2,8}));/g,
    (whole, dec, hex, name) => {
      if (name) return Object.hasOwn(named, name) ? named[name] : whole;
      const code = dec ? Number(dec) : Number.parseInt(hex, 16);
      const lone = code >= 0xd800 && code <= 0xdfff;
      return code > 0x10ffff || lone || code === 0 ? '\ufffd' : String.fromCodePoint(code);
    },
  );
}

/** Child elements with one of these names. */
export function childrenOf(element, ...names) {
  return element.children.filter((child) => typeof child !== 'string' && names.includes(child.name));
}

/** All text inside an element, its children's included. */
export function textOf(element) {
  if (typeof element === 'string') return element;
  return element ? element.children.map(textOf).join('') : '';
}
