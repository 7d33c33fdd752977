#!/usr/bin/env node
// The `belfry` command of a checkout (`npx belfry …`): builds the command line when it is missing or older than
// its sources, and runs it with a Node that is new enough, whatever Node started this file.
import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNode, isEnough } from './node24.mjs';
import { foreground } from './run-child.mjs';
import { DevError, say } from './say.mjs';
import { stale } from './sources.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = join(root, 'dist/electron/cli.cjs');
const args = process.argv.slice(2);

/** Only `belfry run` serves the window and runs jobs; every other command does without. */
function neededParts() {
  return stale(root, args.includes('run') ? ['cli', 'command-helper', 'media-worker', 'renderer'] : ['cli']);
}

/** Standard output belongs to the command, also while something is built. */
async function build(parts) {
  say(`Building ${parts.join(', ')} …`);
  const stdio = ['ignore', 2, 2];
  const code = await foreground(process.execPath, [join(root, 'electron/dev/build.mjs'), ...parts], {
    stdio,
  });
  if (code === 0) return;
  throw new DevError({
    code: 'INTERNAL',
    what: 'The command line could not be built',
    where: `in ${root}`,
    why: 'The build says why above',
    remedy: 'Run "npm ci" and try again',
  });
}

async function main() {
  if (!isEnough(process.version)) {
    const self = fileURLToPath(import.meta.url);
    process.exitCode = await foreground(await findNode(root), [self, ...args]);
    return;
  }
  const parts = neededParts();
  if (parts.length > 0) await build(parts);
  // Compiling two megabytes of JavaScript anew would be half of the time that a command takes.
  nodeModule.enableCompileCache(join(root, '.cache/compile'));
  nodeModule.createRequire(import.meta.url)(program);
}

main().catch((error) => {
  const message = error instanceof DevError ? error.message : `INTERNAL: ${error?.message ?? error}`;
  const code = error instanceof DevError ? error.code : 'INTERNAL';
  if (args.includes('--json')) process.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
  else say(message);
  process.exitCode = 1;
});
