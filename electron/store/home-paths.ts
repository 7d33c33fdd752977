import { createHash } from 'node:crypto';
import { homedir, tmpdir } from 'node:os';
import { posix, win32 } from 'node:path';

/** Every place inside one home folder, as absolute paths. */
export type HomePaths = {
  dir: string;
  run: string;
  media: string;
  /** Files that were sent to Belfry and are in no post yet. */
  uploads: string;
  /** Small pictures for the window; all of them can be made again. */
  thumbnails: string;
  backups: string;
  /** Damaged databases, whole; never cleaned up by Belfry. */
  damaged: string;
  db: string;
  config: string;
  lastGoodConfig: string;
  secrets: string;
  keyFile: string;
  lockDb: string;
  ownerJson: string;
  /** Windows in browsers that are signed in, by digests of their tokens. */
  sessions: string;
  /** Unix socket or Windows named pipe of the engine. */
  socket: string;
  /** Unix socket between the engine and the helper that starts commands; Windows has neither. */
  helperSocket: string;
};

/** What the paths depend on besides the folder. */
export type Machine = {
  platform: NodeJS.Platform;
  env: Readonly<Record<string, string | undefined>>;
  /** Folder for temporary files. */
  temporary: string;
};

/** Longest socket path in bytes: `sun_path` without its NUL, as in unix(7) and in the BSDs' sys/un.h. */
const longestSocket = { linux: 107, other: 103 };

/** Facts about the machine that this process runs on. */
export function thisMachine(): Machine {
  return { platform: process.platform, env: process.env, temporary: tmpdir() };
}

/** Electron's userData folder for "Belfry", which the headless host uses too (Electron `app.getPath('appData')`). */
export function defaultHome(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
  userHome: string = homedir(),
): string {
  const home = env['HOME'] || userHome;
  if (platform === 'win32')
    return win32.join(env['APPDATA'] || win32.join(userHome, 'AppData', 'Roaming'), 'Belfry');
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support', 'Belfry');
  const configured = env['XDG_CONFIG_HOME'];
  const base = configured && posix.isAbsolute(configured) ? configured : posix.join(home, '.config');
  return posix.join(base, 'Belfry');
}

/**
 * Folder of this user for what Belfry keeps outside of every home: the state folder of the XDG Base Directory
 * Specification, and its like elsewhere. Not in the default home, and not roaming.
 */
export function defaultStateFolder(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
  userHome: string = homedir(),
): string {
  const home = env['HOME'] || userHome;
  if (platform === 'win32')
    return win32.join(env['LOCALAPPDATA'] || win32.join(userHome, 'AppData', 'Local'), 'Belfry', 'homes');
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support', 'Belfry Homes');
  const configured = env['XDG_STATE_HOME'];
  const base = configured && posix.isAbsolute(configured) ? configured : posix.join(home, '.local', 'state');
  return posix.join(base, 'belfry', 'homes');
}

/** The paths of a home folder; `dir` must be absolute. Touches nothing. */
export function homePaths(dir: string, machine: Machine): HomePaths {
  const { join } = machine.platform === 'win32' ? win32 : posix;
  const run = join(dir, 'run');
  const socket = socketOf(dir, run, machine);
  return {
    dir,
    run,
    media: join(dir, 'media'),
    uploads: join(dir, 'uploads'),
    thumbnails: join(dir, 'thumbnails'),
    backups: join(dir, 'backups'),
    damaged: join(dir, 'damaged'),
    db: join(dir, 'belfry.db'),
    config: join(dir, 'config.json'),
    lastGoodConfig: join(run, 'config.last-good.json'),
    secrets: join(dir, 'secrets.json'),
    keyFile: join(dir, 'secrets.key'),
    lockDb: join(run, 'lock.db'),
    ownerJson: join(run, 'owner.json'),
    sessions: join(run, 'sessions.json'),
    socket,
    // As long as the other's name, so that it fits wherever that does.
    helperSocket: machine.platform === 'win32' ? '' : posix.join(posix.dirname(socket), 'helper.sock'),
  };
}

function socketOf(dir: string, run: string, { platform, env, temporary }: Machine): string {
  const hash = createHash('sha256')
    .update(platform === 'win32' ? dir.toLowerCase() : dir)
    .digest('hex')
    .slice(0, 16);
  if (platform === 'win32') return `\\\\.\\pipe\\belfry-${hash}`;
  const usual = posix.join(run, 'belfry.sock');
  const limit = platform === 'linux' ? longestSocket.linux : longestSocket.other;
  if (Buffer.byteLength(usual) <= limit) return usual;
  return posix.join(env['XDG_RUNTIME_DIR'] || temporary, `belfry-${hash}`, 'belfry.sock');
}
