import { BelfryError } from '../../../shared/index.ts';

/** The thing, or NOT_FOUND with the command that lists what there is. */
export function found<T>(thing: T | undefined, kind: string, id: string, command: string): T {
  if (thing !== undefined) return thing;
  throw new BelfryError({
    code: 'NOT_FOUND',
    what: `Unknown ${kind} "${id}"`,
    where: 'in the database',
    why: `No ${kind} has this id`,
    remedy: `List them with: ${command}`,
  });
}
