#!/usr/bin/env node
// The `belfry` command of a checkout (`npx belfry …`): builds the command line when it is missing or older than
// its sources, and runs it with a Node that is new enough, whatever Node started this file.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNode, isEnough } from './node24.mjs';
import { foreground } from './run-child.mjs';
import { DevError, say } from './say.mjs';
import { stale } from './sources.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = join(root, 'dist/electron/cli.cjs');
const args = process.argv.slice(2);

/** Only `belfry run` serves the window; every other command does without it. */
function neededParts() {
  const needed = args.includes('run') ? ['cli', 'renderer'] : ['cli'];
  return needed.filter((part) => stale(root).includes(part));
}

/** Standard output belongs to the command, also while something is built. */
async function build(node, parts) {
  say(`Building ${parts.join(', ')} …`);
  const stdio = ['ignore', 2, 2];
  const code = await foreground(node, [join(root, 'electron/dev/build.mjs'), ...parts], { stdio });
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
  const parts = neededParts();
  const here = isEnough(process.version);
  const node = here ? process.execPath : await findNode(root);
  if (parts.length > 0) await build(node, parts);
  if (here) createRequire(import.meta.url)(program);
  else process.exitCode = await foreground(node, [program, ...args]);
}

main().catch((error) => {
  const message = error instanceof DevError ? error.message : `INTERNAL: ${error?.message ?? error}`;
  const code = error instanceof DevError ? error.code : 'INTERNAL';
  if (args.includes('--json')) process.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
  else say(message);
  process.exitCode = 1;
});
