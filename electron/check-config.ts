import { type Config, type Problem, pathOf, type Settings } from '../shared/index.ts';
import { machineZone } from './machine-zone.ts';
import { stepProblems } from './runner/index.ts';
import { checkJobs } from './scheduler/index.ts';
import { builtinJobs } from './templates/index.ts';

/** What only the rooms can see to be wrong in a configuration: schedules that mean nothing, steps that cannot work. */
export function checkConfig({ jobs, settings, workspaces }: Config): Problem[] {
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
  return [...checkJobs(jobs, builtinJobs, jobZone(settings)), ...steps];
}

/** IANA zone of jobs without one of their own: the settings', else this machine's. */
export function jobZone(settings: Pick<Settings, 'timezone'>): string {
  return settings.timezone ?? machineZone().name;
}
