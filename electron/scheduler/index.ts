export { type CheckContext, checkJob, checkJobs } from './check/check-job.ts';
export { checkTrigger, triggerNotes } from './check/check-triggers.ts';
export {
  type CrontabImport,
  type CrontabOptions,
  importCrontab,
  type LineRemark,
} from './crontab/import-crontab.ts';
export { awaitedJobs } from './events.ts';
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
  SchedulerNeeds,
  SlotLedger,
} from './ports.ts';
export { createScheduler } from './scheduler.ts';
export {
  type SimulatedEvent,
  type Simulation,
  type SimulationInput,
  simulate,
} from './simulate/simulate.ts';
export { type WallInstant, wallInstant } from './time/wall-instant.ts';
export { describeJob } from './words/describe.ts';
