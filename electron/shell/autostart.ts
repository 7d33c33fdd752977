import { posix } from 'node:path';

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
