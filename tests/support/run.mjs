// `npm test`: builds, then runs the unit tests and the tests on a real desktop, and sums them up in the last line.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { switchesFor } from '../../electron/dev/machine.mjs';
import { findNode } from '../../electron/dev/node24.mjs';
import { foreground } from '../../electron/dev/run-child.mjs';
import { cacheFolder, findElectron } from '../../electron/dev/runtime.mjs';
import { DevError, say } from '../../electron/dev/say.mjs';
import { stale } from '../../electron/dev/sources.mjs';
import { countReport, summarize } from './counts.mjs';
import { install, missingNeeds } from './needs.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const results = join(cacheFolder(root), `test-results-${process.pid}`);

/** Resolves with the exit code: 0 when everything that had to run has passed. */
async function run(extra) {
  const node = await findNode(root);
  const parts = stale(root);
  if (parts.length > 0) {
    say(`Building ${parts.join(', ')} …`);
    const code = await foreground(node, [join(root, 'electron/dev/build.mjs'), ...parts], quiet);
    if (code !== 0) return summary([{ passed: 0, failed: 1, skipped: 0 }]);
  }
  // First of all, since the window's tests among the unit tests use the browser too.
  const desktop = await prepareDesktop(node);
  if (desktop.reason) {
    const unit = await vitest(node, ['unit'], extra);
    say(`The tests on a real desktop were skipped: ${desktop.reason}.`);
    if (process.env.CI) say('In CI that counts as a failure.');
    return summary([unit, { passed: 0, failed: process.env.CI ? 1 : 0, skipped: 1 }]);
  }
  // At once: the tests on a desktop mostly wait, and the others fill that time.
  const env = { BELFRY_TEST_ELECTRON: JSON.stringify(desktop) };
  return summary([await vitest(node, ['e2e', 'unit'], extra, env)]);
}

/** Says how it went, in the form that the last line promises; the result is the exit code. */
function summary(counts) {
  rmSync(results, { recursive: true, force: true });
  const { lines, ok } = summarize(counts);
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  return ok ? 0 : 1;
}

/** stdin is never read: it may be closed, and a test must not wait for it. */
const quiet = { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] };

/** The Electron to test with, or the reason why there cannot be such tests here. */
async function prepareDesktop(node) {
  if (process.platform !== 'linux') return { reason: 'they drive the tray over D-Bus, which is for Linux' };
  try {
    const electron = await findElectron({ root, node, say });
    const needs = await missingNeeds(electron.path);
    const failed = needs.packages.length > 0 ? await install(needs.packages, say) : undefined;
    const left = await missingNeeds(electron.path);
    if (left.packages.length + left.unknown.length > 0) {
      return {
        reason: `these are missing: ${[...left.packages, ...left.unknown].join(' ')} (${failed ?? 'installed, but not found'}; sudo apt-get install ${left.packages.join(' ')})`,
      };
    }
    return { ...electron, switches: (await switchesFor(electron.path)).map(({ flag }) => flag) };
  } catch (error) {
    if (error instanceof DevError) return { reason: error.message };
    throw error;
  }
}

/** Runs projects of vite.config.ts and counts their tests. */
async function vitest(node, projects, extra, env = {}) {
  mkdirSync(results, { recursive: true });
  const file = join(results, 'report.json');
  const args = [
    'run',
    ...projects.map((project) => `--project=${project}`),
    '--passWithNoTests',
    // Most tests wait for processes: two at a time cost little more than one; with three, browsers and desktops slow each other down.
    '--maxWorkers=2',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ];
  const code = await foreground(node, [join(root, 'node_modules/vitest/vitest.mjs'), ...args, ...extra], {
    ...quiet,
    env: { ...process.env, ...env },
  });
  return countReport(file, code);
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  say(
    error instanceof DevError ? error.message : `INTERNAL: ${error instanceof Error ? error.stack : error}`,
  );
  process.stdout.write('0 passed, 1 failed\n');
  process.exitCode = 1;
}
