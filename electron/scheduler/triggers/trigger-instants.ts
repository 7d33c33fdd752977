import { fromInstant, type Millis, type Trigger } from '../../../shared/index.ts';
import { zoneOf } from '../time/zone.ts';
import { calendarPattern } from './calendar.ts';
import { cronPattern } from './cron-pattern.ts';
import { type Instants, never } from './instants.ts';
import { intervalInstants } from './interval.ts';
import { readCron } from './read-cron.ts';
import { singleInstant } from './single.ts';
import { wallInstants } from './wall-instants.ts';

/** What a trigger's instants depend on besides itself. */
export type Place = {
  timezone: string;
  /** When Belfry first saw the job. */
  anchor: Millis;
};

/** The instants of one trigger; none for events, and none for a cron trigger that `checkTrigger` refuses. */
export function triggerInstants(trigger: Trigger, { timezone, anchor }: Place): Instants {
  switch (trigger.type) {
    case 'interval':
      return intervalInstants(trigger, anchor);
    case 'date':
      return singleInstant(fromInstant(trigger.at));
    case 'calendar': {
      const zone = zoneOf(timezone);
      return wallInstants(calendarPattern(trigger, zone, anchor), zone, 'once');
    }
    case 'cron': {
      const { spec } = readCron(trigger);
      if (spec === null) return never;
      return wallInstants(cronPattern(spec), zoneOf(timezone), spec.cadence ? 'cadence' : 'once');
    }
    case 'event':
      return never;
  }
}
