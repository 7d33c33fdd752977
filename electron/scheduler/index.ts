export { type CheckContext, checkJob, checkJobs } from './check/check-job.ts';
export { checkTrigger } from './check/check-triggers.ts';
export { type FireTimesQuery, fireTimes } from './fire-times.ts';
export type {
  Claim,
  Claimed,
  ClaimedRun,
  Gap,
  JobState,
  Scheduler,
  SchedulerNeeds,
  SlotLedger,
} from './ports.ts';
export { createScheduler } from './scheduler.ts';
export { describeJob } from './words/describe.ts';
