export { commandEnvironment, createEnvironment, type Environment } from './commands/environment.ts';
export { captureLoginPath } from './commands/login-path.ts';
export { stepProblems } from './job-problems.ts';
export type {
  AcceptedRun,
  Builtin,
  BuiltinResult,
  HelperHost,
  HelperProcess,
  PostContext,
  RunLedger,
  RunnerNeeds,
  TakePost,
} from './ports.ts';
export type { RunningRun } from './roster.ts';
export { createRunner, type RunNowOptions, type Runner } from './runner.ts';
