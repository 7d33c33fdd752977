import { createHash } from 'node:crypto';
import { readEntries } from './entries.mjs';
import { Problem } from './problem.mjs';
import { readFeed } from './read-feed.mjs';

/**
 * Step 1: notes every entry of the feed that was never seen. `state.entries[key]` is
 * `{ status: 'new', title, link, summary, published, image, feed, firstSeen, lastSeen }`. Answers a sentence.
 */
export async function ingest(state, options, now) {
  if (!options.feed)
    throw new Problem(
      'BAD_INPUT',
      'An option is missing',
      '--feed',
      'It names the feed',
      'Write it like --feed feed.xml or --feed https://example.org/feed.xml',
    );
  const oldest = oldestAllowed(options['newer-than-days'], now);
  const { text, base, tags } = await readFeed(options.feed, state.sources[options.feed]);
  if (text === null) return 'The feed has not changed.';

  const found = readEntries(text, options.feed);
  let fresh = 0;
  // Feeds have the newest first; posts should go out in the order of the news.
  for (const entry of oldestFirst(found)) {
    const link = absolute(entry.link, base);
    const key = keyOf(options.feed, entry, link);
    const known = Object.hasOwn(state.entries, key) ? state.entries[key] : undefined;
    if (known) {
      known.lastSeen = now;
      continue;
    }
    if (!entry.title && !entry.summary && !link) continue;
    const tooOld = entry.published !== null && entry.published < oldest;
    const image = entry.image && { ...entry.image, url: absolute(entry.image.url, base) };
    const { title, summary, published } = entry;
    state.entries[key] = {
      status: tooOld ? 'old' : 'new',
      title,
      link,
      summary: summary.slice(0, 5000),
      published,
      image: image?.url ? image : null,
      feed: base,
      firstSeen: now,
      lastSeen: now,
    };
    if (!tooOld) fresh += 1;
  }
  state.sources[options.feed] = tags;
  return `${found.length} entries in the feed, ${fresh} of them new.`;
}

/** By date where every entry has one; else the feed's own order, turned round. */
function oldestFirst(entries) {
  const turned = entries.toReversed();
  const dated = turned.every((entry) => entry.published !== null);
  return dated ? turned.sort((a, b) => a.published - b.published) : turned;
}

function oldestAllowed(days, now) {
  if (days === undefined) return Number.NEGATIVE_INFINITY;
  const count = Number(days);
  if (Number.isFinite(count) && count > 0) return now - count * 86_400_000;
  throw new Problem(
    'BAD_INPUT',
    'An option is wrong',
    '--newer-than-days',
    `"${days}" is no number of days`,
    'Write it like --newer-than-days 7',
  );
}

/** The feed's own id of the entry, else its link, else what it says. */
function keyOf(feed, entry, link) {
  const identity = entry.id || link || `${entry.title}\n${entry.published ?? ''}\n${entry.summary}`;
  return createHash('sha256').update(`${feed}\n${identity}`).digest('hex').slice(0, 24);
}

/** A link as a whole http(s) address, or '' when it is none; pictures of a feed in a file may be files. */
function absolute(link, base) {
  if (!link) return '';
  try {
    const url = new URL(link, base);
    if (/^https?:$/.test(url.protocol)) return url.href;
    return url.protocol === 'file:' && base.startsWith('file:') ? url.href : '';
  } catch {
    return '';
  }
}
