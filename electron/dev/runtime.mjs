import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fallbackElectron } from './electron-fallback.mjs';
import { packagedElectron } from './electron-npm.mjs';
import { switchesFor } from './machine.mjs';
import { findNode } from './node24.mjs';
import { DevError, say } from './say.mjs';

/** The folder for what is fetched on demand; git ignores it. */
export function cacheFolder(root) {
  return process.env.BELFRY_CACHE ?? join(root, '.cache');
}

/**
 * An Electron to run: `{ path, version, fallback }`. The one of package.json where it can be downloaded, else the
 * fallback for development, which is said in one line. Throws a DevError when there is neither.
 */
export async function findElectron({ root, node, say }) {
  const cache = cacheFolder(root);
  const own = await packagedElectron({ root, node, scratch: join(cache, `download-${process.pid}`) });
  return own.path ? own : fallbackElectron({ cache, say, reason: own.reason });
}

/** `runtime.mjs` prints what it found, with the switches that this machine needs, as one JSON object. */
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  try {
    const found = await findElectron({ root, node: await findNode(root), say });
    process.stdout.write(
      `${JSON.stringify({ ...found, switches: (await switchesFor(found.path)).map(({ flag }) => flag) })}\n`,
    );
  } catch (error) {
    say(error instanceof DevError ? error.message : String(error));
    process.exitCode = 1;
  }
}
