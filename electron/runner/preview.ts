import process from 'node:process';
import { type Job, type PlannedStep, type Problem, type Step, shownUrl } from '../../shared/index.ts';
import type { Environment } from './commands/environment.ts';
import { stepProblems } from './job-problems.ts';
import type { RunnerNeeds } from './ports.ts';
import { prepareCommand } from './steps/prepare-command.ts';

type PreviewNeeds = Pick<RunnerNeeds, 'workspace' | 'baseFolder' | 'environment'>;

/** Belfry's own variables, whose values only a run has. */
const marks: Environment = { BELFRY_RUN_ID: '', BELFRY_JOB_ID: '', BELFRY_ATTEMPT: '', BELFRY_SLOT: '' };

/** What each step of a job would do, from the step at `from` on, with everything looked up and nothing run. */
export async function previewSteps(needs: PreviewNeeds, job: Job, from: number): Promise<PlannedStep[]> {
  const environment = await needs.environment();
  return Promise.all(job.steps.slice(from).map((step) => previewStep(needs, environment, job, step)));
}

async function previewStep(
  needs: PreviewNeeds,
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
      { ...needs, environment },
      step,
      marks,
      `step "${name}" of job "${job.id}"`,
    );
    const env = Object.keys(ready.environment).sort();
    return { ...plain, shell: ready.shell, argv: [ready.file, ...ready.args], cwd: ready.cwd, env };
  } catch (error) {
    const workspace = step.workspace === undefined ? undefined : needs.workspace(step.workspace);
    const argv = [...(step.command ?? workspace?.command ?? []), ...step.args];
    return { ...plain, shell, argv, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Mistakes in a job's steps, as they are found when it is saved; commands are looked up where the job is enabled. */
export async function checkSteps(needs: PreviewNeeds, job: Job): Promise<Problem[]> {
  const fixed = stepProblems(job, { workspace: needs.workspace, platform: process.platform });
  if (fixed.length > 0 || !job.enabled) return fixed;
  const planned = await previewSteps(needs, job, 0);
  return planned.flatMap(({ problem }, index) =>
    problem === null ? [] : [{ field: `steps[${index}].${fieldOf(job.steps[index])}`, message: problem }],
  );
}

function fieldOf(step: Step | undefined): string {
  return step?.type === 'command' && step.workspace !== undefined ? 'workspace' : 'command';
}
