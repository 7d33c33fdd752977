// npm run bench [-- NAME…] [--json]: runs tests/bench/NAME.ts (all without NAME), prints a table and writes JSON.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const output = fileURLToPath(new URL('../output', import.meta.url));
const json = process.argv.includes('--json');
const wanted = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const known = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && file !== 'result.ts' && !file.includes('.part.'))
  .map((file) => file.slice(0, -3));
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(
    `BAD_INPUT: Unknown benchmark "${unknown.join('", "')}", on the command line. Known are ${known.join(', ')}. Name one of these.`,
  );
  process.exit(2);
}

const report = {
  at: new Date().toISOString(),
  node: process.version,
  cpus: os.cpus().length,
  cpu: os.cpus()[0]?.model,
  results: {},
};
for (const name of wanted.length > 0 ? wanted : known) {
  const { run } = await import(`./${name}.ts`);
  const results = await run();
  report.results[name] = results;
  if (!json) print(name, results);
}
mkdirSync(output, { recursive: true });
writeFileSync(`${output}/bench.json`, `${JSON.stringify(report, null, 2)}\n`);
if (json) console.log(JSON.stringify(report, null, 2));
else
  console.log(
    `\nWritten to tests/output/bench.json (Node ${process.version}, ${report.cpus} × ${report.cpu})`,
  );

function print(title, results) {
  const rows = results.map((r) => [
    r.name,
    `${round(r.value)} ${r.unit}`,
    r.baseline
      ? `${round(r.baseline.value)} (${r.baseline.name}), × ${round(r.value / r.baseline.value)}`
      : '',
    r.goal ?? '',
    r.ok === undefined ? '' : r.ok ? 'met' : 'MISSED',
  ]);
  const head = ['what', 'value', 'beside', 'goal', ''];
  const widths = head.map((cell, i) => Math.max(cell.length, ...rows.map((row) => row[i].length)));
  console.log(`\n${title}`);
  for (const row of [head, ...rows])
    console.log(`  ${row.map((cell, i) => cell.padEnd(widths[i])).join('  ')}`.trimEnd());
}

function round(value) {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : Number(value.toPrecision(3));
}
