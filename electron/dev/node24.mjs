import { join } from 'node:path';
import { capture } from './run-child.mjs';
import { DevError } from './say.mjs';

/** Before 24.15 Node carries an SQLite that can damage a database which two programs open. */
const least = [24, 15];

/** The Node to run Belfry's own code with: the npm package's, else the running one; throws when neither is new enough. */
export async function findNode(root) {
  const packaged = join(
    root,
    'node_modules',
    'node',
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  const { code, stdout } = await capture(packaged, ['--version']);
  if (code === 0 && isEnough(stdout.trim())) return packaged;
  if (isEnough(process.version)) return process.execPath;
  throw new DevError({
    code: 'NOT_FOUND',
    what: `There is no Node ${least.join('.')} or newer`,
    where: `at ${packaged}`,
    why: `This is Node ${process.versions.node}, and the package "node" holds none that runs on this machine`,
    remedy: 'Run "npm ci" again with its install scripts allowed, or install Node 24',
  });
}

/** Whether a version such as `v24.15.0` is new enough. */
export function isEnough(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major > least[0] || (major === least[0] && minor >= least[1]);
}
