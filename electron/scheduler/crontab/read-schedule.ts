import type { Trigger } from '../../../shared/index.ts';
import { nicknames } from '../triggers/cron-expression.ts';
import { readCron } from '../triggers/read-cron.ts';

/** A crontab's schedule as triggers, with what a person should know about them, or why it cannot be one. */
export type ScheduleReading = { triggers: Trigger[]; remarks: string[]; problems: string[] };

/** Turns the time part of a crontab entry into triggers that mean what cron means by it. */
export function readSchedule(schedule: string): ScheduleReading {
  const word = schedule.toLowerCase();
  if (word === '@reboot') {
    return found([{ type: 'event', event: 'start' }], ['@reboot runs whenever Belfry starts.']);
  }
  if (word.startsWith('@every ')) return readEvery(word.slice('@every '.length).trim());
  const plain = word.startsWith('@') ? nicknames[word] : schedule;
  if (plain === undefined) return failed([`"${schedule}" is not a schedule that Belfry knows`]);
  if (plain.includes('~')) {
    return failed([
      'a random time (~) has no counterpart; choose a time, and jitterSeconds for a random delay',
    ]);
  }
  const [expressions, remarks] = splitDays(plain);
  const problems = expressions.flatMap((expression) =>
    readCron({ type: 'cron', expression }).problems.map(({ message }) => message),
  );
  if (problems.length > 0) return failed([...new Set(problems)]);
  return found(
    expressions.map((expression): Trigger => ({ type: 'cron', expression })),
    remarks,
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
