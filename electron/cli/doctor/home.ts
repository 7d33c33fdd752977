import { access, constants, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { toWireError } from '../../../shared/index.ts';
import { openKeyVault } from '../../accounts/index.ts';
import { type HomePaths, homeExposure, writeDurably } from '../../store/index.ts';
import { readConfigFile } from '../read-config.ts';
import { counted } from '../text.ts';
import { type Check, ok, problem, warning } from './check.ts';

const mebibyte = 1024 * 1024;

/** What the home folder is like: rights, space, configuration, key for secrets. */
export async function homeChecks(
  paths: HomePaths,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Check[]> {
  return await Promise.all([
    rights(paths),
    space(paths.dir),
    configuration(paths.config),
    secrets(paths, env),
  ]);
}

async function rights(paths: HomePaths): Promise<Check> {
  const { dir } = paths;
  const place = await nearest(dir);
  const state = await stat(place);
  if (!state.isDirectory()) return problem('home', `${place} is no folder`, 'Move it away, or use --home');
  const writable = await access(place, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!writable) return problem('home', `${place} cannot be written`, 'Correct its rights, or use --home');
  if (place !== dir) return ok('home', `${dir} will be made at the first start`);
  const mode = state.mode & 0o777;
  const exposed = homeExposure(paths);
  if (exposed)
    return warning('home', exposed.message, `Run: chmod go-w '${dir}', or use a folder of its own`);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    return warning('home', `${dir} can be read by others (${mode.toString(8)})`, `Run: chmod 700 '${dir}'`);
  return ok('home', dir);
}

async function space(dir: string): Promise<Check> {
  const { bavail, bsize } = await statfs(await nearest(dir));
  const free = bavail * bsize;
  const found = `${Math.round(free / mebibyte).toLocaleString('en')} MiB free`;
  if (free < 100 * mebibyte) return problem('disk', found, 'Make room: without it nothing can be recorded');
  if (free < 1024 * mebibyte) return warning('disk', found, 'Make room soon');
  return ok('disk', found);
}

async function configuration(file: string): Promise<Check> {
  try {
    const { jobs } = await readConfigFile(file);
    return ok('config', `${file}: ${counted(jobs.length, 'job')}`);
  } catch (error) {
    return problem(
      'config',
      toWireError(error).message,
      'Correct it; belfry config check lists every mistake',
    );
  }
}

/** The desktop has the system's key store; whether that works only the running application can tell. */
async function secrets(paths: HomePaths, env: Readonly<Record<string, string | undefined>>): Promise<Check> {
  const vault = await openKeyVault({ home: paths.dir, environment: env, write: writeDurably });
  const status = vault.status();
  return status.ok
    ? ok('secrets', `Headless, they are sealed with ${vault.source()}`)
    : problem(
        'secrets',
        status.error.message,
        'Put the key right; without it no account can be used headless',
      );
}

/** The folder itself, or the nearest one above it that exists. */
async function nearest(dir: string): Promise<string> {
  for (let place = dir; place !== dirname(place); place = dirname(place)) {
    const exists = await stat(place).then(
      () => true,
      () => false,
    );
    if (exists) return place;
  }
  return dirname(dir);
}
