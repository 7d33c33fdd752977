import type { CronTrigger } from '../../../shared/index.ts';
import { readExpression } from './cron-expression.ts';
import { readFields } from './cron-fields.ts';
import type { CronReading } from './cron-spec.ts';

/** Reads either form of a cron trigger. */
export function readCron(trigger: CronTrigger): CronReading {
  if (trigger.expression !== undefined) return readExpression(trigger.expression);
  return readFields(trigger.fields ?? {});
}
