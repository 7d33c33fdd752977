import type { LineRemark } from '../../scheduler/index.ts';
import type { Context } from '../context.ts';
import { counted, oneLine } from '../text.ts';
import { fullTime } from '../when.ts';
import type { Offer, Preview } from './read-crontab.ts';

/** A preview for people: every job with its line, schedule and next runs, then what there is to say. */
export function describePreview(context: Context, { jobs, remarks, problems }: Preview): string {
  const { paint } = context;
  return [
    ...jobs.map((offer) => `${describeOffer(context, offer)}\n`),
    ...list('Problems', problems, (text) => paint('red', text)),
    ...list('Remarks', remarks, (text) => text),
    ending(jobs.length, problems.length),
  ].join('\n');
}

/** What was added, and what there is to say of it. */
export function describeAdded({ jobs, remarks }: Preview): string {
  if (jobs.length === 0) return nothing;
  const ids = jobs.map(({ job }) => job.id).join(', ');
  return [...list('Remarks', remarks, (text) => text), `Added ${counted(jobs.length, 'job')}: ${ids}.`].join(
    '\n',
  );
}

const nothing = 'There is nothing to import.';

function describeOffer({ paint }: Context, { line, job, schedule, timezone, next }: Offer): string {
  const title = `${paint('bold', oneLine(job.name))} (${job.id})`;
  const commands = job.steps.map((step) => `  ${oneLine(commandOf(step))}`);
  const times = next.map((at) => `  ${fullTime(at, timezone)}`);
  return [`${title}, line ${line}`, ...commands, `  ${oneLine(schedule)}`, ...times].join('\n');
}

function commandOf(step: Offer['job']['steps'][number]): string {
  if (step.type !== 'command') return step.name;
  const words = step.command ?? [`[${step.workspace}]`, ...(step.args ?? [])];
  return `$ ${words.join(' ')}`;
}

function list(head: string, remarks: readonly LineRemark[], mark: (text: string) => string): string[] {
  if (remarks.length === 0) return [];
  const lines = remarks.map(
    ({ line, message }) => `  ${line === null ? '' : `line ${line}: `}${mark(oneLine(message))}`,
  );
  return [head, ...lines, ''];
}

function ending(jobs: number, problems: number): string {
  if (problems > 0) return `Nothing was stored. Correct ${counted(problems, 'problem')}, then look again.`;
  if (jobs === 0) return nothing;
  return `Nothing was stored. Add --yes to add ${jobs === 1 ? 'this job' : `these ${jobs} jobs`}.`;
}
