/** Step 2: of the new entries, marks those that repeat another entry. Answers a sentence. */
export function deduplicate(state) {
  const byLink = new Map();
  const titles = [];
  const remember = (key, entry) => {
    const link = canonical(entry.link);
    if (link) byLink.set(link, key);
    titles.push({ key, words: wordsOf(entry.title) });
  };
  const all = Object.entries(state.entries);
  for (const [key, entry] of all)
    if (entry.status !== 'new' && entry.status !== 'duplicate') remember(key, entry);

  let unique = 0;
  let doubled = 0;
  for (const [key, entry] of all.filter(([, candidate]) => candidate.status === 'new')) {
    const words = wordsOf(entry.title);
    const twin = byLink.get(canonical(entry.link)) ?? titles.find((other) => alike(words, other.words))?.key;
    if (twin) {
      Object.assign(entry, { status: 'duplicate', duplicateOf: twin });
      doubled += 1;
    } else {
      entry.status = 'unique';
      remember(key, entry);
      unique += 1;
    }
  }
  return `${unique} entries are news, ${doubled} repeat what was known.`;
}

/** A link without what only counts clicks, so that two ways to one page are one. '' stays ''. */
export function canonical(link) {
  if (!link) return '';
  const url = new URL(link);
  for (const name of [...url.searchParams.keys()]) {
    if (/^(utm_\w+|fbclid|gclid|mc_[ce]id)$/i.test(name)) url.searchParams.delete(name);
  }
  url.searchParams.sort();
  const host = url.host.replace(/^www\./, '');
  // Change logs tell many news on one page, each with its own #place.
  return `${host}${url.pathname.replace(/\/+$/, '')}${url.search}${url.hash}`;
}

function wordsOf(title) {
  return new Set(
    title
      .toLowerCase()
      .normalize('NFKD')
      .match(/[\p{L}\p{N}]+/gu) ?? [],
  );
}

/** Four fifths of their words in common, and the same numbers: part 2 is not part 3. Short titles say too little. */
function alike(a, b) {
  if (a.size < 4 || b.size < 4 || numbersOf(a) !== numbersOf(b)) return false;
  const common = [...a].filter((word) => b.has(word)).length;
  return common / (a.size + b.size - common) >= 0.8;
}

function numbersOf(words) {
  return [...words].filter((word) => /\p{N}/u.test(word)).join(' ');
}
