// npm run structure: the figures that keep the engine easy to find one's way in; ends with 1 when one is missed.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { importersOf } from './importers.ts';
import { filesOfPost, filesOfSlot } from './way.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const sources = (folder) =>
  readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((name) => /\.tsx?$/.test(name));

const engine = sources('electron');
const lines = new Map(engine.map((file) => [file, text(file).trimEnd().split('\n').length]));
const importers = importersOf(
  Object.fromEntries(
    [...engine, ...sources('shared'), ...sources('renderer')].map((file) => [file, text(file)]),
  ),
);

const between = engine.filter((file) => lines.get(file) >= 60 && lines.get(file) <= 300).length;
const long = [...engine, ...sources('shared'), ...sources('renderer'), ...sources('tests')].filter(
  (file) => text(file).trimEnd().split('\n').length > 400,
);
const single = engine.filter((file) => importers.get(file)?.size === 1);
const slot = await filesOfSlot();
const post = await filesOfPost();

const figures = [
  ['engine files', engine.length, 'at most 300', engine.length <= 300],
  ['lines of a file, median', median([...lines.values()]), '', undefined],
  [
    'files of 60 to 300 lines',
    percent(between, engine.length),
    'more than half',
    between > engine.length / 2,
  ],
  ['files over 400 lines, tests too', long.length, 'none', long.length === 0],
  [
    'files with a single importer',
    percent(single.length, engine.length),
    'at most 20 %',
    single.length <= engine.length * 0.2,
  ],
  ['files from a due slot to its finished run', slot.length, 'at most 20', slot.length <= 20],
  ['files from a due post to the network', post.length, 'at most 15', post.length <= 15],
];
const width = Math.max(...figures.map(([name]) => name.length));
for (const [name, value, goal, ok] of figures) {
  const verdict = ok === undefined ? '' : ok ? 'met' : 'MISSED';
  console.log(
    `${name.padEnd(width)}  ${String(value).padStart(5)}  ${goal.padEnd(14)}  ${verdict}`.trimEnd(),
  );
}
if (process.argv.includes('--verbose')) {
  list('Over 400 lines', long);
  list(
    'A single importer',
    single.map((file) => `${file} (${[...importers.get(file)][0]})`),
  );
  list('From a due slot to its finished run', slot);
  list('From a due post to the network', post);
}
process.exit(figures.every(([, , , ok]) => ok !== false) ? 0 : 1);

function text(file) {
  return readFileSync(root + file, 'utf8');
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function percent(part, whole) {
  return `${((100 * part) / whole).toFixed(0)} %`;
}

function list(title, entries) {
  console.log(`\n${title}:`);
  for (const entry of [...entries].sort()) console.log(`  ${entry}`);
}
