export { type CheckContext, checkJob, checkJobs, checkTrigger, triggerNotes } from './check.ts';
export { awaitedJobs } from './claims.ts';
export {
  type CrontabImport,
  type CrontabOptions,
  importCrontab,
  type LineRemark,
} from './crontab/import-crontab.ts';
export { type FireTimesQuery, fireTimes, isFloating } from './fire-times.ts';
export type {
  Claim,
  Claimed,
  ClaimedRun,
  EventClaim,
  Gap,
  JobEnding,
  JobState,
  Scheduler,
  SchedulerDeps,
  SlotLedger,
} from './ports.ts';
export { createScheduler } from './scheduler.ts';
export {
  type SimulatedEvent,
  type Simulation,
  type SimulationInput,
  simulate,
} from './simulate.ts';
export { type WallInstant, wallInstant } from './time/zone.ts';
export { describeJob } from './words/describe.ts';
