// What the pipeline remembers: one JSON file, replaced whole, so that a kill at any instant leaves the old or the new.
import { link, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Problem, reasonOf } from './problem.mjs';

const kept = 5000;
const fresh = () => ({ version: 1, entries: {}, sources: {}, lastPublishAt: null });

/** Gives `work` the state and a function that stores it durably. One process at a time per file. */
export async function withState(path, work) {
  const unlock = await lock(`${path}.lock`);
  try {
    const state = await load(path);
    return await work(state, () => store(path, state));
  } finally {
    await unlock();
  }
}

async function load(path) {
  let text;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return fresh();
    throw new Problem(
      'STATE_UNUSABLE',
      'The state cannot be read',
      path,
      reasonOf(error),
      'Check the file and its rights',
    );
  }
  const state = parse(text);
  if (state) return state;
  throw new Problem(
    'STATE_UNUSABLE',
    'The state cannot be understood',
    path,
    'It is not what feed.mjs writes',
    'Restore it from a copy, or move it away: then every entry of the feed counts as new',
  );
}

function parse(text) {
  try {
    const state = JSON.parse(text);
    const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
    const good = isObject(state) && state.version === 1 && isObject(state.entries) && isObject(state.sources);
    return good ? state : undefined;
  } catch {
    return undefined;
  }
}

async function store(path, state) {
  const owner = await ownerOf(`${path}.lock`);
  if (owner !== process.pid) throw busy(`${path}.lock`, owner);
  forgetOld(state);
  try {
    const file = await open(`${path}.new`, 'w');
    try {
      await file.writeFile(`${JSON.stringify(state, null, 1)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.new`, path);
    if (process.platform !== 'win32') {
      const folder = await open(dirname(path), 'r');
      await folder.sync().finally(() => folder.close());
    }
  } catch (error) {
    throw new Problem(
      'STATE_UNUSABLE',
      'The state cannot be stored',
      path,
      reasonOf(error),
      'Check the disk and its rights',
    );
  }
}

/** Finished entries that left the feed longest ago; those that wait are never forgotten. */
function forgetOld(state) {
  const done = Object.entries(state.entries)
    .filter(
      ([, entry]) => entry.status === 'drafted' || entry.status === 'duplicate' || entry.status === 'old',
    )
    .sort(([, a], [, b]) => b.lastSeen - a.lastSeen);
  for (const [key] of done.slice(kept)) delete state.entries[key];
}

/** A lock file with the process's number in it, there with its content at once; that of a dead process counts for nothing. */
async function lock(path, again = true) {
  const own = `${path}.${process.pid}`;
  try {
    await writeFile(own, String(process.pid));
    await link(own, path);
    return async () => {
      if ((await ownerOf(path)) === process.pid) await rm(path, { force: true });
    };
  } catch (error) {
    if (error.code !== 'EEXIST') {
      throw new Problem(
        'STATE_UNUSABLE',
        'The state cannot be locked',
        path,
        reasonOf(error),
        'Check the folder and its rights',
      );
    }
  } finally {
    await rm(own, { force: true });
  }
  const owner = await ownerOf(path);
  if (!again || (isAlive(owner) && !(await isAbandoned(path)))) throw busy(path, owner);
  await rm(path, { force: true });
  return lock(path, false);
}

async function ownerOf(path) {
  return Number(await readFile(path, 'utf8').catch(() => '0'));
}

function busy(path, owner) {
  return new Problem(
    'BUSY',
    'Another feed.mjs is at work',
    path,
    `Process ${owner} holds the state`,
    'Wait for its end, then try again',
  );
}

/** No step works for an hour: the number was given to another process meanwhile. */
async function isAbandoned(path) {
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: 0 }));
  return Date.now() - mtimeMs > 3_600_000;
}

function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
