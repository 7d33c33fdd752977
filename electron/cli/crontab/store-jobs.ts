import type { JobInput, JobView } from '../../../shared/index.ts';
import type { Context } from '../context.ts';
import { wireOf } from '../failure.ts';

/** Adds all jobs to the running engine, or none: when one is refused, those before it are taken out again. */
export async function storeAll(context: Context, jobs: readonly JobInput[]): Promise<JobView[]> {
  const added: JobView[] = [];
  try {
    for (const job of jobs) added.push(await context.call('jobs.add', { job }));
    return added;
  } catch (error) {
    const left = await takeOut(context, added);
    if (left.length > 0) {
      context.io.err(`These were added and could not be taken out again: ${left.join('; ')}\n`);
    }
    throw error;
  }
}

/** Removes jobs; what could not be removed, with the reason. */
async function takeOut(context: Context, added: readonly JobView[]): Promise<string[]> {
  const left: string[] = [];
  for (const { id } of [...added].reverse()) {
    try {
      await context.call('jobs.remove', { id });
    } catch (error) {
      left.push(`${id} (${wireOf(error).message})`);
    }
  }
  return left;
}
