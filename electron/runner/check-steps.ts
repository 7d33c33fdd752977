// Whether the steps of a job can run: mistakes that are found when it is saved, and the dry run.
import process from 'node:process';
import {
  type CommandStep,
  type Job,
  type PlannedStep,
  type Problem,
  type Step,
  shownUrl,
  type Workspace,
} from '../../shared/index.ts';
import { type Environment, prepareCommand } from './commands/prepare.ts';
import type { RunnerDeps } from './deps.ts';

type PreviewDeps = Pick<RunnerDeps, 'workspace' | 'baseFolder' | 'environment'>;

/** Belfry's own variables, whose values only a run has. */
const runVariables: Environment = {
  BELFRY_RUN_ID: '',
  BELFRY_JOB_ID: '',
  BELFRY_ATTEMPT: '',
  BELFRY_SLOT: '',
};

/** What each step of a job would do, from the one at `from` on: everything is looked up, nothing is run. */
export async function previewSteps(deps: PreviewDeps, job: Job, from: number): Promise<PlannedStep[]> {
  const environment = await deps.environment();
  return Promise.all(job.steps.slice(from).map((step) => previewStep(deps, environment, job, step)));
}

async function previewStep(
  deps: PreviewDeps,
  environment: Environment,
  job: Job,
  step: Step,
): Promise<PlannedStep> {
  const { name, type, when } = step;
  const plain = { name, type, when, shell: false, cwd: null, env: [], problem: null };
  if (step.type === 'builtin') return { ...plain, argv: [step.action] };
  if (step.type === 'webhook') return { ...plain, argv: [step.method, shownUrl(step.url)] };
  const { shell } = step;
  try {
    const ready = await prepareCommand(
      { ...deps, environment },
      step,
      runVariables,
      `step "${name}" of job "${job.id}"`,
    );
    const env = Object.keys(ready.environment).sort();
    return { ...plain, shell: ready.shell, argv: [ready.file, ...ready.args], cwd: ready.cwd, env };
  } catch (error) {
    const workspace = step.workspace === undefined ? undefined : deps.workspace(step.workspace);
    const argv = [...(step.command ?? workspace?.command ?? []), ...step.args];
    return { ...plain, shell, argv, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Mistakes in a job's steps, as they are found when it is saved; commands are looked up where the job is enabled. */
export async function checkSteps(deps: PreviewDeps, job: Job): Promise<Problem[]> {
  const fixed = stepProblems(job, { workspace: deps.workspace, platform: process.platform });
  if (fixed.length > 0 || !job.enabled) return fixed;
  const planned = await previewSteps(deps, job, 0);
  return planned.flatMap(({ problem }, index) =>
    problem === null ? [] : [{ field: `steps[${index}].${fieldOf(job.steps[index])}`, message: problem }],
  );
}

function fieldOf(step: Step | undefined): string {
  return step?.type === 'command' && step.workspace !== undefined ? 'workspace' : 'command';
}

/** Bytes of one argument on Linux (MAX_ARG_STRLEN), and of all of them beside a usual environment (2 MiB less some). */
const longestArgument = 128 * 1024 - 1;
const longestArguments = 1_500_000;
/** A whole command line on Windows. */
const longestWindowsLine = 32_000;
/** Characters that cmd.exe gives a meaning of their own, whatever the quotes (CVE-2024-27980). */
const unsafeForBatch = /["%!^&|<>\r\n]/;

/** Mistakes in a job's steps that its schema cannot see; fields as `steps[2].when`. Pure: asks no disk. */
export function stepProblems(
  job: Pick<Job, 'steps'>,
  { workspace, platform }: { workspace(id: string): Workspace | undefined; platform: string },
): Problem[] {
  return job.steps.flatMap((step, index) => [
    ...whenProblems(job.steps, step, index),
    ...resultProblems(job.steps, step, index),
    ...limitProblems(step, index),
    ...(step.type === 'command' ? commandProblems(step, index, { workspace, platform }) : []),
  ]);
}

/** `failure` needs a step before it that can fail the run. */
function whenProblems(steps: readonly Step[], step: Step, index: number): Problem[] {
  if (step.when !== 'failure' || steps.slice(0, index).some((before) => !before.continue)) return [];
  const message =
    index === 0
      ? 'can never hold: no step comes before this one; put it after the steps whose failure it waits for'
      : 'can never hold: every step before this one says "continue", so none can fail the run';
  return [{ field: `steps[${index}].when`, message }];
}

/** Later steps could not tell two results of one name apart. */
function resultProblems(steps: readonly Step[], step: Step, index: number): Problem[] {
  const hasResult = (other: Step) => other.type === 'command' && other.output === 'json';
  const taken = steps
    .slice(0, index)
    .some((other) => hasResult(other) && resultName(other.name) === resultName(step.name));
  if (!hasResult(step) || !taken) return [];
  return [
    {
      field: `steps[${index}].name`,
      message: `an earlier step's result is called ${resultName(step.name)} too; give it another name`,
    },
  ];
}

/** Limits without effect would be mistaken for protection. */
function limitProblems(step: Step, index: number): Problem[] {
  if (step.type !== 'command' || step.postLimits === undefined || step.output === 'posts') return [];
  const message = `limits nothing: step "${step.name}" prints no posts; add "output": "posts", or leave "postLimits" out`;
  return [{ field: `steps[${index}].postLimits`, message }];
}

function commandProblems(
  step: CommandStep,
  index: number,
  { workspace, platform }: { workspace(id: string): Workspace | undefined; platform: string },
): Problem[] {
  const start =
    step.command ?? (step.workspace === undefined ? undefined : workspace(step.workspace)?.command);
  const argv = [...(start ?? []), ...step.args];
  const field = `steps[${index}].${step.command ? 'command' : 'args'}`;
  const problem = (message: string): Problem[] => [{ field, message }];
  const sizes = argv.map((argument) => new TextEncoder().encode(argument).length);
  if (start?.[0]?.trim() === '') return problem('must name a program; its first word is empty');
  if (platform === 'win32')
    return problem(windowsProblem(argv) ?? '').filter(({ message }) => message !== '');
  if (sizes.some((size) => size > longestArgument))
    return problem(
      `has an argument of more than ${longestArgument} bytes, which Linux refuses; hand it over in a file`,
    );
  if (sizes.reduce((sum, size) => sum + size + 1, 0) > longestArguments)
    return problem(`is longer than ${longestArguments} bytes in all; hand large values over in a file`);
  return [];
}

function windowsProblem(argv: readonly string[]): string | undefined {
  const unsafe = argv.slice(1).find((argument) => unsafeForBatch.test(argument));
  if (/\.(bat|cmd)$/i.test(argv[0] ?? '') && unsafe !== undefined)
    return `gives "${unsafe}" to a batch file, where cmd.exe would take some of its characters as commands; call the program itself`;
  if (argv.join(' ').length > longestWindowsLine)
    return `is longer than ${longestWindowsLine} characters, which Windows refuses; hand large values over in a file`;
  return undefined;
}

/** `BELFRY_STEP_` and the step's name in capitals, everything else as `_`. */
export function resultName(stepName: string): string {
  return `BELFRY_STEP_${stepName.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}`;
}
