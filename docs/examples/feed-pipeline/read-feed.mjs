import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { decode } from './decode.mjs';
import { Problem, reasonOf } from './problem.mjs';

const byteLimit = 20 * 1024 * 1024;
const timeoutMs = 30_000;

/**
 * The text of a feed from a file or an http(s) address, with the address that its links are relative to.
 * `remembered` are the server's tags of the last time; `text` is null when the server says that nothing changed.
 */
export async function readFeed(where, remembered = {}) {
  if (/^https?:/i.test(where)) return fromWeb(where, remembered);
  const path = /^file:/i.test(where) ? fileURLToPath(where) : resolve(where);
  return { text: decode(await fromFile(path), undefined, path), base: pathToFileURL(path).href, tags: {} };
}

async function fromFile(path) {
  try {
    const { size } = await stat(path);
    if (size > byteLimit) throw new Error(`It has ${size} bytes, more than ${byteLimit}`);
    return await readFile(path);
  } catch (error) {
    throw new Problem(
      'FEED_UNREADABLE',
      'The feed cannot be read',
      path,
      reasonOf(error),
      'Check the path and its rights',
    );
  }
}

async function fromWeb(address, remembered) {
  const headers = {
    accept: 'application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5',
    'user-agent': 'belfry-feed-pipeline/1 (+https://www.rssboard.org/rss-specification)',
    ...(remembered.etag ? { 'if-none-match': remembered.etag } : {}),
    ...(remembered.modified ? { 'if-modified-since': remembered.modified } : {}),
  };
  try {
    const response = await fetch(address, { headers, signal: AbortSignal.timeout(timeoutMs) });
    if (response.status === 304) return { text: null, base: address, tags: remembered };
    if (!response.ok) throw new Error(`The server answered HTTP ${response.status}`);
    const bytes = await bounded(response, byteLimit);
    const charset = /;\s*charset\s*=\s*["']?([^\s"';]+)/i.exec(
      response.headers.get('content-type') ?? '',
    )?.[1];
    const tags = { etag: response.headers.get('etag'), modified: response.headers.get('last-modified') };
    return { text: decode(bytes, charset, address), base: response.url || address, tags };
  } catch (error) {
    if (error instanceof Problem) throw error;
    const why =
      error.name === 'TimeoutError' ? `It did not answer within ${timeoutMs / 1000} s` : reasonOf(error);
    throw new Problem(
      'FEED_UNREADABLE',
      'The feed cannot be fetched',
      address,
      why,
      'Check the address, or try again later',
    );
  }
}

/** A response's bytes; throws as soon as there are more than `limit`. */
export async function bounded(response, limit) {
  const parts = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > limit) throw new Error(`It is longer than ${limit} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
