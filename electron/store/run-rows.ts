import type { Selectable } from 'kysely';
import {
  type Millis,
  type RunCause,
  type RunParameters,
  type RunStatus,
  type RunView,
  type StepStatus,
  type StepView,
  toInstant,
} from '../../shared/index.ts';
import type { NewStep, StepChange, StoredRun, StoredStep } from '../runner/ports.ts';
import type { Tables } from './schema.ts';

export type RunRow = Selectable<Tables['runs']>;
export type StepRow = Selectable<Tables['steps']>;

/** A row of `runs` with its `steps` in the runner's words. */
export function toRun(row: RunRow, steps: readonly StepRow[]): StoredRun {
  return {
    id: row.id,
    jobId: row.job_id,
    jobName: row.job_name,
    cause: row.cause as RunCause,
    slot: row.slot,
    status: row.status as RunStatus,
    attempt: row.attempt,
    fromStep: row.from_step,
    originId: row.origin_id ?? row.id,
    notBefore: row.not_before,
    epoch: row.epoch,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    reason: row.reason,
    parameters: row.parameters === null ? null : (JSON.parse(row.parameters) as RunParameters),
    jobKey: row.job_key,
    gap: toGap(row),
    steps: steps.map(toStep),
  };
}

function toGap({ gap_count, gap_first, gap_last }: RunRow): StoredRun['gap'] {
  if (gap_count === null || gap_first === null || gap_last === null) return null;
  return { count: gap_count, first: gap_first, last: gap_last };
}

function toStep(row: StepRow): StoredStep {
  return {
    position: row.position,
    name: row.name,
    status: row.status as StepStatus,
    exitCode: row.exit_code,
    signal: row.signal,
    pid: row.pid,
    pidStartedAt: row.pid_started_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    error: row.error,
    result: row.result,
  };
}

/** A step as `begin` stores it. */
export function stepRow(runId: string, position: number, step: NewStep): StepRow {
  return {
    run_id: runId,
    position,
    name: step.name,
    status: step.status ?? 'pending',
    exit_code: step.exitCode ?? null,
    signal: step.signal ?? null,
    pid: step.pid ?? null,
    pid_started_at: step.pidStartedAt ?? null,
    started_at: step.startedAt ?? null,
    finished_at: step.finishedAt ?? null,
    error: step.error ?? null,
    result: step.result ?? null,
  };
}

const columns = {
  status: 'status',
  exitCode: 'exit_code',
  signal: 'signal',
  pid: 'pid',
  pidStartedAt: 'pid_started_at',
  startedAt: 'started_at',
  finishedAt: 'finished_at',
  error: 'error',
  result: 'result',
} as const satisfies Record<keyof StepChange, keyof StepRow>;

/** The columns that a change of a step sets. */
export function stepColumns(change: StepChange): Partial<StepRow> {
  return Object.fromEntries(
    Object.entries(change).map(([key, value]) => [columns[key as keyof StepChange], value]),
  );
}

/** A run as clients see it. */
export function toView(run: StoredRun): RunView {
  return {
    id: run.id,
    jobId: run.jobId,
    jobName: run.jobName,
    cause: run.cause,
    slot: instant(run.slot),
    ...(run.status === 'queued' && run.notBefore !== null ? { notBefore: toInstant(run.notBefore) } : {}),
    status: run.status,
    attempt: run.attempt,
    createdAt: toInstant(run.createdAt),
    startedAt: instant(run.startedAt),
    finishedAt: instant(run.finishedAt),
    reason: run.reason,
    gap: run.gap && {
      count: run.gap.count,
      first: toInstant(run.gap.first),
      last: toInstant(run.gap.last),
    },
    ...(run.parameters === null ? {} : { parameters: run.parameters }),
    steps: run.steps.map(stepView),
  };
}

function stepView(step: StoredStep): StepView {
  return {
    name: step.name,
    status: step.status,
    exitCode: step.exitCode,
    signal: step.signal,
    startedAt: instant(step.startedAt),
    finishedAt: instant(step.finishedAt),
    error: step.error,
    ...(step.result === null ? {} : { result: step.result }),
  };
}

function instant(at: Millis | null): string | null {
  return at === null ? null : toInstant(at);
}
