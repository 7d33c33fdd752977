import { createHash } from 'node:crypto';
import { picture } from './picture.mjs';
import { postText } from './text.mjs';

/**
 * Step 3: prints posts as JSON lines, one per unique entry, `options.max` at most, `options.everyMs` apart.
 * The line is stored before it is printed and marked after: a step that was killed in between prints the very same
 * line again, and its `key` lets Belfry take it once only.
 */
export async function draft(state, save, options, now, print) {
  bringBack(state, now - options.againMs);
  const entries = Object.entries(state.entries);
  const interrupted = entries.filter(([, entry]) => entry.status === 'drafting');
  const fresh = entries.filter(([, entry]) => entry.status === 'unique').slice(0, options.max);
  for (const [key, entry] of fresh) {
    const publishAt = Math.max(now, state.lastPublishAt === null ? 0 : state.lastPublishAt + options.everyMs);
    state.lastPublishAt = publishAt;
    entry.line = JSON.stringify(await postOf(key, entry, options, publishAt));
    entry.status = 'drafting';
  }
  await save();
  const lines = [...interrupted, ...fresh];
  for (const [, entry] of lines) {
    await print(`${entry.line}\n`);
    entry.status = 'drafted';
    entry.draftedAt = now;
    delete entry.line;
  }
  await save();
  const again = interrupted.length > 0 ? ` (${interrupted.length} of them again, after an interruption)` : '';
  process.stderr.write(`${lines.length} posts${again}.\n`);
}

/** What was drafted since then is drafted anew: what Belfry took it knows by its key, what it refused it may take now. */
function bringBack(state, since) {
  for (const entry of Object.values(state.entries)) {
    if (entry.status === 'drafted' && entry.draftedAt > since) entry.status = 'unique';
  }
}

async function postOf(key, entry, options, publishAt) {
  const media = entry.image ? await picture(entry.image, entry.feed, key, options.images) : null;
  const accounts = options.accounts.join(',');
  return {
    key: `feed-${createHash('sha256').update(`${key} ${accounts}`).digest('hex').slice(0, 24)}`,
    text: postText(entry, options.limit),
    accounts: options.accounts,
    publishAt: new Date(publishAt).toISOString(),
    media: media ? [{ path: media, alt: (entry.image.alt || entry.title).slice(0, 1500) }] : [],
    note: entry.link ? `From ${entry.link}` : 'From a feed',
    ...(options.language ? { language: options.language } : {}),
  };
}
