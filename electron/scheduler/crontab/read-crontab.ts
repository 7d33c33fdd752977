// The lines of a crontab, and its schedules as triggers.
import type { Trigger } from '../../../shared/index.ts';
import { nicknames, readCron } from '../triggers/read-cron.ts';

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

/** A schedule of a crontab as triggers with remarks on them, or the problems that keep it from being one. */
type ScheduleReading = { triggers: Trigger[]; remarks: string[]; problems: string[] };

/** Words of other crons: FreeBSD's, and systemd-cron's with its spellings. */
const moreNicknames: Record<string, string> = {
  '@every_minute': '* * * * *',
  '@minutely': '* * * * *',
  '@every_second': '* * * * * *',
  '@quarterly': '0 0 1 1,4,7,10 *',
  '@biannually': '0 0 1 1,7 *',
  '@bi-annually': '0 0 1 1,7 *',
  '@semiannually': '0 0 1 1,7 *',
  '@semi-annually': '0 0 1 1,7 *',
  '@anually': '0 0 1 1 *',
};

/** Turns the time part of a crontab entry into triggers that mean what cron means by it; random times follow from `seed`. */
export function readSchedule(schedule: string, seed = ''): ScheduleReading {
  const word = schedule.toLowerCase();
  if (word === '@reboot') {
    return found([{ type: 'event', event: 'start' }], ['@reboot runs whenever Belfry starts.']);
  }
  if (word.startsWith('@every ')) return readEvery(word.slice('@every '.length).trim());
  const pause = /^@(\d+)$/.exec(word)?.[1];
  if (pause !== undefined) return readPause(Number(pause));
  const given = word.startsWith('@') ? (nicknames[word] ?? moreNicknames[word]) : schedule;
  if (given === undefined) return failed([`"${schedule}" is not a schedule that Belfry knows`]);
  const chosen = chooseRandom(given, seed);
  if (chosen.problems.length > 0) return failed(chosen.problems);
  const plain = chosen.expression;
  const [expressions, remarks] = splitDays(plain);
  const problems = expressions.flatMap((expression) =>
    readCron({ type: 'cron', expression }).problems.map(({ message }) => message),
  );
  if (problems.length > 0) return failed([...new Set(problems)]);
  return found(
    expressions.map((expression): Trigger => ({ type: 'cron', expression })),
    [...chosen.remarks, ...remarks],
  );
}

/** FreeBSD's `@600`: ten minutes after the end of the run before. */
function readPause(seconds: number): ScheduleReading {
  if (seconds < 1) return failed([`"@${seconds}" is no length of time`]);
  return found(
    [{ type: 'interval', seconds }],
    [`@${seconds} counts from the end of the run before; here it counts from one start to the next.`],
  );
}

/**
 * cron runs on days that fit the day of month OR the day of week when neither begins with `*` (crontab(5)); Belfry
 * asks for both, so "or" becomes two triggers.
 */
function splitDays(expression: string): [string[], string[]] {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = expression.split(' ');
  if (/^[*?]/.test(day) || /^[*?]/.test(weekday)) return [[expression], []];
  return [
    [[minute, hour, day, month, '*'].join(' '), [minute, hour, '*', month, weekday].join(' ')],
    [
      `Day of month ${day} and day of week ${weekday} are both given: cron runs when either fits, so this became two triggers.`,
    ],
  ];
}

const unitSeconds: Record<string, number> = { h: 3600, m: 60, s: 1 };

/** `@every 1h30m`, as some crons know it. */
function readEvery(text: string): ScheduleReading {
  if (!/^(?:\d+[hms])+$/.test(text)) return failed([`"@every ${text}" needs a length such as 1h30m`]);
  const parts = [...text.matchAll(/(\d+)([hms])/g)];
  const seconds = parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * (unitSeconds[unit ?? ''] ?? 0),
    0,
  );
  if (seconds < 1) return failed([`"@every ${text}" is no length of time`]);
  return found([{ type: 'interval', seconds }], []);
}

function found(triggers: Trigger[], remarks: string[]): ScheduleReading {
  return { triggers, remarks, problems: [] };
}

function failed(problems: string[]): ScheduleReading {
  return { triggers: [], remarks: [], problems };
}

/** Lowest and highest value of each field where a range leaves them out (days end with the 28th, which each month has), and the most it may be. */
const fields = [
  { name: 'minute', low: 0, high: 59, most: 59 },
  { name: 'hour', low: 0, high: 23, most: 23 },
  { name: 'day of month', low: 1, high: 28, most: 31 },
  { name: 'month', low: 1, high: 12, most: 12 },
  { name: 'day of week', low: 0, high: 6, most: 7 },
] as const;

type Chosen = { expression: string; remarks: string[]; problems: string[] };

/**
 * Puts a value in place of each random range (`0~59`, `~`, `5~`, `~30`, `0~59/15`; crontab(5) of cronie and OpenBSD). They
 * choose when they read the table; here the same `seed` gives the same value, so that a second import changes nothing.
 */
function chooseRandom(expression: string, seed: string): Chosen {
  const chosen: Chosen = { expression, remarks: [], problems: [] };
  if (!expression.includes('~')) return chosen;
  const words = expression.split(' ').map((word, index) => {
    const field = fields[index];
    if (!field || !word.includes('~')) return word;
    const items = word.split(',').map((item, position) => {
      if (!item.includes('~')) return item;
      const value = chosenFrom(item, field, hash(`${seed} ${index} ${position}`));
      if (value === null) chosen.problems.push(`"${item}" is no random range of the ${field.name}`);
      return value ?? item;
    });
    const result = items.join(',');
    chosen.remarks.push(
      `The ${field.name} ${word} is a random one; it became ${result}, and stays so when this is imported again.`,
    );
    return result;
  });
  return { ...chosen, expression: words.join(' ') };
}

/** `low~high/step` with a value chosen from it; with a step, the beginning is chosen within the first one. */
function chosenFrom(item: string, field: (typeof fields)[number], random: number): string | null {
  const [, from = '', to = '', every] = /^(\d*)~(\d*)(?:\/(\d+))?$/.exec(item) ?? [];
  if (!/^\d*~\d*(?:\/\d+)?$/.test(item)) return null;
  const low = from === '' ? field.low : Number(from);
  const high = to === '' ? field.high : Number(to);
  if (low > high || low < field.low || high > field.most) return null;
  if (every === undefined) return String(low + (random % (high - low + 1)));
  const step = Number(every);
  if (step < 1) return null;
  const first = low + (random % Math.min(step, high - low + 1));
  return `${first}-${high}/${step}`;
}

/** FNV-1a, 32 bits (https://datatracker.ietf.org/doc/html/draft-eastlake-fnv). */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const char of new TextEncoder().encode(text)) value = Math.imul(value ^ char, 0x01000193) >>> 0;
  return value;
}
