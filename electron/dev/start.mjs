// `npm start`: builds what is missing or older than its sources and opens Belfry; without a display, headless.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { adviceFor } from './debian-packages.mjs';
import { hasDisplay, isDebian, missingLibraries, switchesFor } from './machine.mjs';
import { findNode } from './node24.mjs';
import { foreground } from './run-child.mjs';
import { findElectron } from './runtime.mjs';
import { DevError, say } from './say.mjs';
import { stale } from './sources.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Builds if needed, then runs the desktop application or the headless host; resolves with its exit code. */
async function start(args) {
  const node = await findNode(root);
  await build(node);
  const desktop = await desktopOr(node);
  if (desktop.reason) {
    say(`${desktop.reason} Starting the headless host instead; open the link below in a browser.`);
    return foreground(node, [join(root, 'dist/electron/cli.cjs'), 'run', ...headlessArguments(args)]);
  }
  for (const { flag, reason } of desktop.switches) say(`Adding ${flag}: ${reason}.`);
  const flags = desktop.switches.map(({ flag }) => flag);
  return foreground(desktop.path, [...flags, root, ...args], { env: withoutRunAsNode(process.env) });
}

async function build(node) {
  const parts = stale(root);
  if (parts.length === 0) return;
  say(`Building ${parts.join(', ')} …`);
  const code = await foreground(node, [join(root, 'electron/dev/build.mjs'), ...parts]);
  if (code === 0) return;
  throw new DevError({
    code: 'INTERNAL',
    what: 'Belfry could not be built',
    where: `in ${root}`,
    why: 'The build says why above',
    remedy: 'Run "npm ci" and try again',
  });
}

/** The Electron to start and its switches, or the reason why the desktop application cannot run here. */
async function desktopOr(node) {
  if (!(await hasDisplay())) return { reason: 'There is no display (DISPLAY, WAYLAND_DISPLAY).' };
  try {
    const electron = await findElectron({ root, node, say });
    const missing = await missingLibraries(electron.path);
    if (missing.length > 0) {
      return {
        reason: `Electron needs ${missing.length} libraries that are not installed. ${adviceFor(missing, isDebian())}.`,
      };
    }
    return { path: electron.path, switches: await switchesFor(electron.path) };
  } catch (error) {
    if (error instanceof DevError) return { reason: error.message };
    throw error;
  }
}

/** What only a desktop knows is left out. */
function headlessArguments(args) {
  return args.filter((arg) => arg !== '--hidden');
}

/** Set by some editors' terminals; Electron would then behave as a plain Node. */
function withoutRunAsNode(env) {
  const { ELECTRON_RUN_AS_NODE: _, ...rest } = env;
  return rest;
}

try {
  process.exitCode = await start(process.argv.slice(2));
} catch (error) {
  say(
    error instanceof DevError ? error.message : `INTERNAL: ${error instanceof Error ? error.stack : error}`,
  );
  process.exitCode = 1;
}
