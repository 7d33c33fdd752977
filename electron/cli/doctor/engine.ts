import { isOwned } from '../../store/index.ts';
import type { Context } from '../context.ts';
import { wireOf } from '../failure.ts';
import { type Check, ok, problem, warning } from './check.ts';

/** What the running engine knows of itself: whether it answers, its warnings, the PATH of its commands. */
export async function engineChecks(context: Context): Promise<Check[]> {
  try {
    const status = await context.call('status.get', {});
    const path = await context.hostCall('host.path');
    return [
      ok('engine', `It runs (${status.mode}, pid ${status.pid})`),
      ...status.warnings.map((each) => warning('engine', each.message, 'See belfry status')),
      ...(path ? [pathCheck(path.path)] : []),
    ];
  } catch (error) {
    const { code, message } = wireOf(error);
    if (code !== 'NOT_RUNNING') return [problem('engine', message, 'See the message')];
    if (isOwned(context.paths))
      return [
        problem('engine', 'One holds the home folder but does not answer', 'End it, and start Belfry again'),
      ];
    const start = 'Start it: belfry run, or open the application';
    return [warning('engine', 'It does not run, so nothing is done on time', start)];
  }
}

function pathCheck(path: string): Check {
  if (path.trim() !== '') return ok('path', `Commands of jobs are looked for in ${path}`);
  return problem('path', 'Commands of jobs have no PATH', 'Set one: belfry settings set path=/usr/bin:/bin');
}
