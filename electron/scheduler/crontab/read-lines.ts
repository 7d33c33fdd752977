/** What a line of a crontab is; `line` counts from 1. */
export type CrontabLine =
  | { kind: 'blank'; line: number }
  | { kind: 'comment'; line: number; text: string }
  /** `MAILTO=…`: holds for the entries below it. */
  | { kind: 'setting'; line: number; name: string; value: string }
  | {
      kind: 'entry';
      line: number;
      zone: string | null;
      schedule: string;
      user: string | null;
      command: string;
    }
  | { kind: 'unreadable'; line: number; message: string };

/** Reads the lines of a crontab; `withUser` for the form of /etc/crontab, which names a user before the command. */
export function readLines(text: string, withUser: boolean): CrontabLine[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((raw, index) => readLine(raw.trim(), index + 1, withUser));
}

function readLine(text: string, line: number, withUser: boolean): CrontabLine {
  if (text === '') return { kind: 'blank', line };
  if (text.startsWith('#')) return { kind: 'comment', line, text: text.replace(/^#+\s?/, '') };
  const setting = /^([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/.exec(text);
  const prefixed = /^(?:CRON_TZ|TZ)=(\S*)\s+(?=[@\d*~])(.*)$/.exec(text);
  if (prefixed) return readEntry(prefixed[2] ?? '', line, withUser, prefixed[1] ?? null);
  if (setting) return { kind: 'setting', line, name: setting[1] ?? '', value: unquoted(setting[2] ?? '') };
  // SUSE and cronie: a minus in front keeps the entry out of the system's log.
  return readEntry(text.replace(/^-\s*(?=[@\d*~])/, ''), line, withUser, null);
}

function readEntry(text: string, line: number, withUser: boolean, zone: string | null): CrontabLine {
  const every = /^@every\s/.test(text);
  const count = text.startsWith('@') ? (every ? 2 : 1) : 5;
  const words = new RegExp(`^((?:\\S+\\s+){${count - 1}}\\S+)\\s+(.+)$`).exec(text);
  if (!words) {
    const message = text.startsWith('@')
      ? 'has no command'
      : 'is neither a comment, a setting (NAME=value) nor an entry (five fields and a command)';
    return { kind: 'unreadable', line, message };
  }
  const [, schedule = '', rest = ''] = words;
  const user = withUser ? /^(\S+)\s+(.+)$/.exec(rest) : null;
  if (withUser && !user) return { kind: 'unreadable', line, message: 'has no command after the user' };
  return {
    kind: 'entry',
    line,
    zone,
    schedule: schedule.replace(/\s+/g, ' '),
    user: user?.[1] ?? null,
    // OpenBSD and FreeBSD: flags for mail and log stand before the command.
    command: (user?.[2] ?? rest).replace(/^(?:-[nqs]+\s+)+/, ''),
  };
}

function unquoted(value: string): string {
  return /^(["'])(.*)\1$/.exec(value)?.[2] ?? value;
}
