import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A download that has not grown for this long is given up. */
const stallMillis = 30_000;

/**
 * The Electron of package.json: `{ path, version }`, downloaded on first use by the package's own installer (which checks
 * its checksum), or `{ reason }` when that fails. `node` runs the installer, `scratch` takes its temporary files.
 */
export async function packagedElectron({ root, node, scratch }) {
  const folder = join(root, 'node_modules', 'electron');
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const found = () => installed(folder, override);
  if (!existsSync(join(folder, 'install.js'))) return { reason: 'the package electron is not installed' };
  if (found()) return found();
  const reason = await install({ folder, node, scratch });
  return found() ?? { reason: reason ?? 'its installer left no program behind' };
}

function installed(folder, override) {
  try {
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const dist = override ?? join(folder, 'dist');
    const path = join(dist, readFileSync(join(folder, 'path.txt'), 'utf8'));
    return existsSync(path) ? { path, version, fallback: false } : undefined;
  } catch {
    return undefined; // No path.txt: nothing was downloaded yet.
  }
}

/** Resolves with the reason for a failure, or nothing. */
function install({ folder, node, scratch }) {
  mkdirSync(scratch, { recursive: true });
  return new Promise((resolve) => {
    const child = spawn(node, [join(folder, 'install.js')], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, TMPDIR: scratch, TEMP: scratch, TMP: scratch },
    });
    let stderr = '';
    let stalled = false;
    const stopWatching = watchGrowth([scratch, join(folder, 'dist')], () => {
      stalled = true;
      child.kill('SIGKILL');
    });
    const finish = (reason) => {
      stopWatching();
      rmSync(scratch, { recursive: true, force: true });
      resolve(reason);
    };
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.on('error', (error) => finish(error.message));
    child.on('close', (code) => {
      if (code === 0) finish(undefined);
      else finish(stalled ? 'the download stood still' : firstLine(stderr));
    });
  });
}

/** Calls `stall` once when the folders' size has not changed for `stallMillis`; the result ends the watch. */
function watchGrowth(folders, stall) {
  let size = -1;
  let since = Date.now();
  const timer = setInterval(() => {
    const now = folders.reduce((sum, folder) => sum + sizeOf(folder), 0);
    if (now !== size) {
      size = now;
      since = Date.now();
    } else if (Date.now() - since > stallMillis) {
      clearInterval(timer);
      stall();
    }
  }, 1000);
  return () => clearInterval(timer);
}

function sizeOf(folder) {
  try {
    return readdirSync(folder, { recursive: true }).reduce(
      (sum, name) => sum + (statSync(join(folder, String(name)), { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
  } catch {
    return 0; // The folder comes and goes while the installer works.
  }
}

function firstLine(text) {
  return (
    text
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? 'its installer failed'
  );
}
