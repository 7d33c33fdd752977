import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** job.json with this machine's folders and the options given to `feed.mjs job`. */
export function jobFor(here, options) {
  const job = JSON.parse(readFileSync(join(here, 'job.json'), 'utf8'));
  const feed = /^https?:/i.test(options.feed) ? options.feed : resolve(options.feed);
  const state = ['--state', resolve(options.state)];
  const posting = ['accounts', 'max', 'limit', 'every-minutes', 'language']
    .filter((name) => options[name] !== undefined)
    .flatMap((name) => [`--${name}`, options[name]]);
  const args = { ingest: ['--feed', feed], deduplicate: [], draft: posting };
  for (const step of job.steps) {
    const [, , name] = step.command;
    step.command = ['node', join(here, 'feed.mjs'), name, ...args[name], ...state];
    delete step.cwd;
    // Belfry takes pictures from the step's folder alone, unless other folders are named.
    if (name === 'draft') step.postLimits = { folders: foldersOf(feed, resolve(options.state)) };
  }
  return job;
}

function foldersOf(feed, state) {
  return [...new Set([dirname(state), ...(/^https?:/i.test(feed) ? [] : [dirname(feed)])])];
}
