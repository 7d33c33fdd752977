import { type Config, type Problem, pathOf } from '../shared/index.ts';
import { stepProblems } from './runner/index.ts';
import { checkJobs } from './scheduler/index.ts';
import { builtinJobs } from './templates/index.ts';

/** What only the rooms can see to be wrong in a configuration: schedules that mean nothing, steps that cannot work. */
export function checkConfig({ jobs, settings, workspaces }: Config): Problem[] {
  const zone = settings.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const world = {
    platform: process.platform,
    workspace: (id: string) => workspaces.find((workspace) => workspace.id === id),
  };
  const steps = jobs.flatMap((job, index) =>
    stepProblems(job, world).map(({ field, message }) => ({
      field: `${pathOf(['jobs', index])}.${field}`,
      message,
    })),
  );
  return [...checkJobs(jobs, builtinJobs, zone), ...steps];
}
