import { appendFileSync, renameSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import type { Clock, Log } from '../../shared/index.ts';

/** The file before this one is kept as `.old`, so that the log never takes more than twice this. */
const mostBytes = 1_000_000;

/** A log in a file, and on stderr for an application with a terminal. */
export function createLog(
  file: string,
  clock: Pick<Clock, 'now'>,
  print: (line: string) => void = (line) => void process.stderr.write(line),
): Log {
  let bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return (level, message, details) => {
    const rest = details === undefined ? '' : ` ${JSON.stringify(details)}`;
    const line = `${new Date(clock.now()).toISOString()} ${level} ${message}${rest}\n`;
    print(line);
    try {
      if (bytes > mostBytes) {
        renameSync(file, `${file}.old`);
        bytes = 0;
      }
      appendFileSync(file, line, { mode: 0o600 });
      bytes += Buffer.byteLength(line);
    } catch {
      // A full disk is reported by what depends on it; a log must not stop anything.
    }
  };
}

/** Electron has no event for this in the main process. */
const onlineCheckMillis = 15_000;

/** Calls `cameOnline` when the machine has a network again; the result ends that. */
export function watchOnline(clock: Clock, isOnline: () => boolean, cameOnline: () => void): () => void {
  let before = isOnline();
  let cancel = () => {};
  const check = () => {
    const now = isOnline();
    if (now && !before) cameOnline();
    before = now;
    cancel = clock.setTimer(onlineCheckMillis, check);
  };
  cancel = clock.setTimer(onlineCheckMillis, check);
  return () => cancel();
}

/** Where the desktop entry belongs (freedesktop Autostart specification). */
export function autostartFile(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
  id: string,
): string {
  const configured = env['XDG_CONFIG_HOME'];
  const base = configured && posix.isAbsolute(configured) ? configured : posix.join(home, '.config');
  return posix.join(base, 'autostart', `${id}.desktop`);
}

/** A desktop entry that starts `command` at login. */
export function autostartEntry(command: readonly string[]): string {
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Version=1.0',
    'Name=Belfry',
    'Comment=Runs your social-media work on time',
    `Exec=${command.map(quote).join(' ')}`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
}

/**
 * Quotes one argument of an Exec key. Desktop Entry specification, "The Exec key": inside double quotes the characters
 * `"`, backtick, `$` and `\` are escaped; `%` is doubled; then the backslashes once more, as in every string value.
 */
function quote(argument: string): string {
  const safe = /^[\w@+=:,./-]+$/.test(argument);
  const percent = argument.replaceAll('%', '%%');
  if (safe) return percent;
  return `"${percent.replace(/["`$\\]/g, '\\$&')}"`.replaceAll('\\', '\\\\');
}
