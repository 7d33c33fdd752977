// A scheduler in a process of its own, on the database named first; lines on stdin set its wall clock (milliseconds), hint at a change, or stop it.
import { createInterface } from 'node:readline';
import { createScheduler } from '../../electron/scheduler/index.ts';
import { openDatabase, raiseEpoch } from '../../electron/store/database.ts';
import { createSlotLedger } from '../../electron/store/slots.ts';
import { systemClock, systemRandom } from '../../electron/system.ts';
import { cron, jobOf } from './jobs.ts';

const real = Date.now;
let shift = Date.parse(process.argv[3] ?? '') - real();
Date.now = () => real() + shift;

const opened = openDatabase(process.argv[2] ?? '');
const timezone = 'America/New_York';
const jobs = [
  jobOf({ id: 'tick', timezone, triggers: [cron('* * * * * *')] }),
  jobOf({ id: 'half', timezone, triggers: [cron('*/30 * * * *')] }),
  jobOf({ id: 'night', timezone, triggers: [cron('30 2 * * *')] }),
];
const scheduler = createScheduler({
  clock: systemClock,
  random: systemRandom,
  log: () => {},
  ledger: createSlotLedger(opened.db, await raiseEpoch(opened.db), systemRandom.id),
  jobs: () => jobs,
  defaultTimezone: () => 'UTC',
  changed: () => {},
});
await scheduler.start({ accept: () => {}, review: () => {} });
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'stop') break;
  if (line === 'hint') scheduler.wake('clock');
  else shift += Number(line);
}
await scheduler.stop();
await opened.close();
process.exit(0);
