import type { Trigger } from '../../../shared/index.ts';
import { nicknames } from '../triggers/cron-expression.ts';
import { readCron } from '../triggers/read-cron.ts';
import { chooseRandom } from './random-times.ts';

/** A crontab's schedule as triggers, with what a person should know about them, or why it cannot be one. */
export type ScheduleReading = { triggers: Trigger[]; remarks: string[]; problems: string[] };

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
