import { mkdir, readFile, realpath, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { reasonOf } from './problem.mjs';
import { bounded } from './read-feed.mjs';

const byteLimit = 16 * 1024 * 1024;
const timeoutMs = 30_000;

/**
 * The picture of an entry as a file on this machine: one beside the feed as it is, one of the web downloaded to `folder`.
 * Null, with a word on standard error, when it cannot be had: the news goes out without it.
 */
export async function picture(image, feed, key, folder) {
  try {
    return image.url.startsWith('file:')
      ? await local(image.url, feed)
      : await download(image.url, key, folder);
  } catch (error) {
    process.stderr.write(`The picture ${image.url} was left out. ${reasonOf(error)}.\n`);
    return null;
  }
}

/** Only files in the folder of the feed: a feed must not publish what else lies on the disk. */
async function local(url, feed) {
  const folder = await realpath(dirname(fileURLToPath(feed)));
  const path = await realpath(fileURLToPath(url));
  if (!path.startsWith(folder + sep)) throw new Error('It lies outside the folder of the feed');
  const { size } = await stat(path);
  if (size > byteLimit) throw new Error(`It is longer than ${byteLimit} bytes`);
  endingOf(await readFile(path));
  return path;
}

async function download(url, key, folder) {
  const headers = { accept: 'image/*', 'user-agent': 'belfry-feed-pipeline/1' };
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new Error(`The server answered HTTP ${response.status}`);
  const bytes = await bounded(response, byteLimit);
  const path = join(folder, `${key}.${endingOf(bytes)}`);
  await mkdir(folder, { recursive: true });
  await writeFile(`${path}.new`, bytes);
  await rename(`${path}.new`, path);
  return path;
}

/** What the bytes are, whatever their name says. */
function endingOf(bytes) {
  const head = bytes.subarray(0, 12).toString('latin1');
  if (head.startsWith('\xff\xd8\xff')) return 'jpg';
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (/^GIF8[79]a/.test(head)) return 'gif';
  if (/^RIFF.{4}WEBP/s.test(head)) return 'webp';
  throw new Error('It is no JPEG, PNG, GIF or WebP picture');
}
