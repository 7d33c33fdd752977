import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The parts of dist/: what each is made from, its main file, and its entry where that is not electron/NAME.ts. */
export const parts = {
  renderer: { from: ['renderer', 'shared', 'vite.config.ts'], to: 'renderer/index.html' },
  main: { from: ['electron', 'shared'], to: 'electron/main.cjs' },
  preload: { from: ['electron', 'shared'], to: 'electron/preload.cjs' },
  headless: { from: ['electron', 'shared'], to: 'electron/headless.cjs' },
  cli: { from: ['electron', 'shared'], to: 'electron/cli.cjs' },
  'command-helper': {
    from: ['electron/runner'],
    to: 'electron/command-helper.cjs',
    entry: 'electron/runner/helper/program.ts',
  },
  'media-worker': {
    from: ['electron/publisher/media/workshop'],
    to: 'electron/media-worker.cjs',
    entry: 'electron/publisher/media/workshop/worker.ts',
  },
};
const always = ['package.json', 'package-lock.json', 'electron/dev/build.mjs'];
const stampsFile = 'stamps.json';

/** Which of the named parts (default: all) were never built, or from other sources than those that are here now. */
export function stale(root, names = Object.keys(parts)) {
  const stamps = readStamps(root);
  return names.filter(
    (name) => !existsSync(join(root, 'dist', parts[name].to)) || stamps[name] !== fingerprint(root, name),
  );
}

/** Remembers that a part was built from sources with this fingerprint. */
export function stamp(root, name, print) {
  const file = join(root, 'dist', stampsFile);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, JSON.stringify({ ...readStamps(root), [name]: print }));
  renameSync(`${file}.${process.pid}`, file);
}

/** A hash over names and contents of all sources of a part: file times say nothing after a git checkout. */
export function fingerprint(root, name) {
  const hash = createHash('sha256');
  for (const entry of [...always, ...parts[name].from]) {
    for (const file of filesOf(root, entry))
      hash
        .update(`${file}\0`)
        .update(readFileSync(join(root, file)))
        .update('\0');
  }
  return hash.digest('hex');
}

function filesOf(root, entry) {
  const path = join(root, entry);
  if (!existsSync(path)) return [];
  let list;
  try {
    list = readdirSync(path, { withFileTypes: true });
  } catch {
    return [entry]; // A file, not a folder.
  }
  return list
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((child) =>
      child.isDirectory() ? filesOf(root, `${entry}/${child.name}`) : [`${entry}/${child.name}`],
    );
}

function readStamps(root) {
  try {
    return JSON.parse(readFileSync(join(root, 'dist', stampsFile), 'utf8'));
  } catch {
    return {}; // Nothing was built yet, or by an older script: build again.
  }
}
