export { stepProblems } from './check-steps.ts';
export {
  captureLoginPath,
  commandEnvironment,
  createEnvironment,
  type Environment,
} from './commands/spawn.ts';
export type {
  AcceptedRun,
  Builtin,
  BuiltinResult,
  HelperHost,
  HelperProcess,
  PostContext,
  RunLedger,
  RunnerDeps,
  TakePost,
} from './ports.ts';
export type { RunningRun } from './run-queue.ts';
export { createRunner, type RunNowOptions, type Runner } from './runner.ts';
