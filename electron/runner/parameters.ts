import {
  type CommandStep,
  type Job,
  type Problem,
  problemsError,
  type RunParameters,
} from '../../shared/index.ts';
import { isSecretName } from './masks.ts';

/** A command with the words that a run was given for it, where they cannot stand among its `args`. */
export type GivenStep = CommandStep & { given?: readonly string[] };

/**
 * The job as it runs with what a person gave it: arguments go to the first command from `fromStep` on, variables to all.
 * Those for a shell line are kept apart from it, as `given`: they are words, and not a part of the line.
 */
export function withParameters(job: Job, fromStep: number, parameters: RunParameters | null): Job {
  if (!parameters) return job;
  const first = job.steps.findIndex((step, index) => index >= fromStep && step.type === 'command');
  const steps = job.steps.map((step, index) => {
    if (step.type !== 'command') return step;
    const given = index === first ? parameters.args : [];
    const env = { ...step.env, ...parameters.env };
    const ready: GivenStep = step.shell
      ? { ...step, env, given }
      : { ...step, env, args: [...step.args, ...given] };
    return ready;
  });
  return { ...job, steps };
}

/** Refuses variables named like a secret, since parameters are kept with the run. Throws BAD_INPUT. */
export function checkParameters(parameters: RunParameters | undefined): RunParameters | null {
  if (!parameters || (parameters.args.length === 0 && Object.keys(parameters.env).length === 0)) return null;
  const problems = Object.keys(parameters.env)
    .filter(isSecretName)
    .map(
      (name): Problem => ({
        field: `parameters.env.${name}`,
        message:
          'is named like a secret, and parameters are kept with the run; put it into the environment of the workspace',
      }),
    );
  if (problems.length > 0) throw problemsError(problems, 'the parameters of the run');
  return parameters;
}
