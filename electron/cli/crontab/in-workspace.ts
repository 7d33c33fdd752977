import type { JobInput, Workspace } from '../../../shared/index.ts';

type Step = JobInput['steps'][number];

/**
 * A job whose commands run in a workspace: those that begin with its command become steps of it, all others run in its
 * folder and environment. What the crontab itself sets goes first.
 */
export function inWorkspace(job: JobInput, workspace: Workspace): JobInput {
  return { ...job, steps: job.steps.map((step) => stepIn(step, workspace)) };
}

function stepIn(step: Step, { id, cwd, command: begin, env }: Workspace): Step {
  if (step.type !== 'command' || step.command === undefined) return step;
  const { command, ...rest } = step;
  const begins = !step.shell && begin.every((word, i) => command[i] === word);
  if (begins) return { ...rest, workspace: id, args: command.slice(begin.length) };
  const both = { ...env, ...step.env };
  return { ...step, cwd: step.cwd ?? cwd, ...(Object.keys(both).length === 0 ? {} : { env: both }) };
}
