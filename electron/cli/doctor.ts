import { access, constants, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { exitCodes, toWireError } from '../../shared/index.ts';
import { openKeyVault } from '../accounts/index.ts';
import { type HomePaths, homeExposure, isOwned, writeDurably } from '../store/index.ts';
import { machineZone } from '../system.ts';
import { readConfigFile } from './config-file.ts';
import { type Context, type Io, wireOf } from './context.ts';
import { counted, plain } from './terminal.ts';

/** `belfry doctor`: what works on this machine, and what to do about the rest. */
export async function doctor(context: Context): Promise<number> {
  const checks = [
    ...machineChecks(context.io),
    ...(await homeChecks(context.paths, context.io.env)),
    ...(await engineChecks(context)),
  ];
  context.show({ checks }, () => checks.map((check) => describe(context, check)).join('\n'));
  return checks.some((check) => check.status === 'problem') ? exitCodes.failed : exitCodes.done;
}

function describe({ paint }: Context, { name, status, found, remedy }: Check): string {
  const marks = {
    ok: paint('green', 'ok     '),
    warning: paint('yellow', 'warning'),
    problem: paint('red', 'problem'),
  };
  const line = `${marks[status]}  ${name.padEnd(10)} ${plain(found)}`;
  return remedy === null ? line : `${line}\n${' '.repeat(20)}${paint('bold', remedy)}.`;
}

/** Older ones carry an SQLite that can damage a database which two programs open (design §2). */
const leastNode = '24.15.0';
const leastSqlite = '3.51.3';

/** What this machine brings along: Node, SQLite, time zone, display. */
function machineChecks(io: Io): Check[] {
  return [node(), sqlite(), zone(io), ...display(io)];
}

function node(): Check {
  const found = `Node ${process.versions.node}`;
  return isAtLeast(process.versions.node, leastNode)
    ? ok('node', found)
    : problem('node', found, `Use Node ${leastNode} or newer`);
}

function sqlite(): Check {
  const database = new DatabaseSync(':memory:');
  const version = String(database.prepare('SELECT sqlite_version() AS version').get()?.['version']);
  database.close();
  return isAtLeast(version, leastSqlite)
    ? ok('sqlite', `SQLite ${version}`)
    : problem('sqlite', `SQLite ${version}`, `Use Node ${leastNode} or newer, which brings ${leastSqlite}`);
}

function zone({ timezone, env }: Io): Check {
  const { problem: wrong } = machineZone(env);
  return wrong ? warning('time zone', wrong.message, 'Correct the variable TZ') : ok('time zone', timezone);
}

function display({ env }: Io): Check[] {
  if (process.platform !== 'linux') return [];
  if (env['DISPLAY'] || env['WAYLAND_DISPLAY'])
    return [ok('display', 'There is one: the desktop application can run')];
  return [warning('display', 'There is none: no window, no tray', 'Use the headless host: belfry run')];
}

const mebibyte = 1024 * 1024;

/** What the home folder is like: rights, space, configuration, key for secrets. */
async function homeChecks(
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
  const existing = await nearest(dir);
  const state = await stat(existing);
  if (!state.isDirectory()) return problem('home', `${existing} is no folder`, 'Move it away, or use --home');
  const writable = await access(existing, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!writable) return problem('home', `${existing} cannot be written`, 'Correct its rights, or use --home');
  if (existing !== dir) return ok('home', `${dir} will be made at the first start`);
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
  if (free < 100 * mebibyte)
    return problem('disk', found, 'Free some space: without it nothing can be recorded');
  if (free < 1024 * mebibyte) return warning('disk', found, 'Free some space soon');
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

/** Only the key file: the system's key store can be checked by the running desktop application alone. */
async function secrets(paths: HomePaths, env: Readonly<Record<string, string | undefined>>): Promise<Check> {
  const vault = await openKeyVault({
    home: paths.dir,
    environment: env,
    write: writeDurably,
    knownSecrets: new Set(),
  });
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
  for (let folder = dir; folder !== dirname(folder); folder = dirname(folder)) {
    const exists = await stat(folder).then(
      () => true,
      () => false,
    );
    if (exists) return folder;
  }
  return dirname(dir);
}

/** What the running engine knows of itself: whether it answers, its warnings, the PATH of its commands. */
async function engineChecks(context: Context): Promise<Check[]> {
  try {
    const status = await context.call('status.get', {});
    const path = await context.hostCall('host.path');
    return [
      ok('engine', `It runs (${status.mode}, pid ${status.pid})`),
      ...status.warnings.map((each) => warning('engine', each.message, 'See belfry status')),
      ...(path ? [pathCheck(path.path)] : []),
    ];
  } catch (error) {
    const { code, message } = wireOf(error);
    if (code !== 'NOT_RUNNING') return [problem('engine', message, 'See the message')];
    if (isOwned(context.paths))
      return [
        problem('engine', 'One holds the home folder but does not answer', 'End it, and start Belfry again'),
      ];
    const start = 'Start it: belfry run, or open the application';
    return [warning('engine', 'It does not run, so nothing is done on time', start)];
  }
}

function pathCheck(path: string): Check {
  if (path.trim() !== '') return ok('path', `Commands of jobs are looked for in ${path}`);
  return problem('path', 'Commands of jobs have no PATH', 'Set one: belfry settings set path=/usr/bin:/bin');
}

/** One finding of `belfry doctor`; `remedy` says what to do about it, null when there is nothing to do. */
type Check = {
  name: string;
  status: 'ok' | 'warning' | 'problem';
  found: string;
  remedy: string | null;
};

/** Works as it should. */
function ok(name: string, found: string): Check {
  return { name, status: 'ok', found, remedy: null };
}

/** Works, but not all of it or not for long. */
function warning(name: string, found: string, remedy: string): Check {
  return { name, status: 'warning', found, remedy };
}

/** Keeps Belfry from working. */
function problem(name: string, found: string, remedy: string): Check {
  return { name, status: 'problem', found, remedy };
}

/** Whether a version such as `24.21.0` is at least another one. */
function isAtLeast(version: string, least: string): boolean {
  const numbers = (text: string) => text.split('.').map(Number);
  const [have, want] = [numbers(version), numbers(least)];
  const difference = want.map((part, i) => (have[i] ?? 0) - part).find((part) => part !== 0) ?? 0;
  return difference >= 0;
}
