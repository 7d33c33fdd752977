import {
  type FireTimes,
  type Job,
  type JobInput,
  jobSchema,
  type Problem,
  type Workspace,
} from '../../../shared/index.ts';
import { checkJob, fireTimes, importCrontab, type LineRemark } from '../../scheduler/index.ts';
import { inWorkspace } from './in-workspace.ts';

/** A job that a crontab's line would become, and when it would run. */
export type Offer = { line: number; job: JobInput; schedule: string; timezone: string; next: string[] };

/** What an import would do; nothing is stored by looking. */
export type Preview = { jobs: Offer[]; remarks: LineRemark[]; problems: LineRemark[] };

export type PreviewNeeds = {
  taken: readonly string[];
  /** Zone of jobs without one. */
  timezone: string;
  /** Zone of this machine, in which cron reads the times. */
  machine: string;
  now: number;
  /** The user's home folder, in which cron runs commands. */
  home: string | null;
  withUser: boolean;
  workspace: Workspace | undefined;
};

/** Reads a crontab and looks ahead: jobs, their next three runs, all that a person should know. */
export function readCrontab(text: string, needs: PreviewNeeds): Preview {
  const { taken, timezone, machine, now, withUser, workspace } = needs;
  // The folder of a workspace takes the place of the user's home.
  const home = workspace ? null : needs.home;
  const read = importCrontab(text, { taken, timezone, machine, withUser, home });
  const preview: Preview = { jobs: [], remarks: read.remarks, problems: read.problems };
  for (const { line, job: input, schedule } of read.jobs) {
    const offered = workspace ? inWorkspace(input, workspace) : input;
    const job = jobSchema.parse(offered);
    const problems = checkJob(job, { timezone, now });
    preview.problems.push(...problems.map((problem) => ({ line, message: asSentence(problem) })));
    if (problems.length > 0) continue;
    const times = upcoming(job, timezone, now);
    preview.jobs.push({ line, job: offered, schedule, timezone: times.timezone, next: times.next });
  }
  preview.remarks = sorted(preview.remarks);
  preview.problems = sorted(preview.problems);
  return preview;
}

function upcoming(job: Job, timezone: string, now: number): FireTimes {
  const { triggers, blackouts } = job;
  return fireTimes({ triggers, blackouts, timezone: job.timezone ?? timezone, from: now, count: 3 });
}

function asSentence({ field, message }: Problem): string {
  return `${field} ${message}`;
}

/** By line; what is about the whole comes last. */
function sorted(remarks: readonly LineRemark[]): LineRemark[] {
  const place = ({ line }: LineRemark) => line ?? Number.POSITIVE_INFINITY;
  return [...remarks].sort((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)));
}
