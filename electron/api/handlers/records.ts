import { BelfryError } from '../../../shared/index.ts';
import type { Handlers } from '../dispatch.ts';
import type { ApiNeeds } from '../ports.ts';

/** Calls about what ran, what will be published, and as whom. */
export function recordHandlers(needs: ApiNeeds) {
  const { runs, runner, posts, accounts } = needs;
  return {
    'runs.list': (query) => runs.list(query),
    'runs.get': async ({ id }) => found(await runs.get(id), 'run', id, 'belfry runs'),
    'runs.cancel': async ({ id }) => {
      found(await runs.get(id), 'run', id, 'belfry runs');
      return runner.cancel(id);
    },
    'runs.resume': async ({ id }) => {
      found(await runs.get(id), 'run', id, 'belfry runs');
      return runner.resume(id);
    },
    'runs.output': async (query) => {
      if (query.id !== undefined) found(await runs.get(query.id), 'run', query.id, 'belfry runs');
      return runs.output(query);
    },
    'posts.list': (query) => posts.list(query),
    'posts.get': async ({ id }) => found(await posts.get(id), 'post', id, 'belfry posts'),
    'posts.add': ({ post, source }) => posts.add(post, { source }),
    'posts.cancel': ({ id }) => posts.cancel(id),
    'posts.retry': ({ id }) => posts.retry(id),
    'posts.publish': ({ id }) => posts.publishNow(id),
    'posts.settle': (input) => posts.settle(input),
    'accounts.list': async ({ limit }) => (await accounts.list()).slice(0, limit),
    'accounts.add': (input) => accounts.add(input),
    'accounts.verify': ({ id }) => accounts.verify(id),
    'accounts.remove': async ({ id }) => {
      await accounts.remove(id);
      return {};
    },
  } satisfies Partial<Handlers>;
}

function found<T>(thing: T | undefined, kind: string, id: string, command: string): T {
  if (thing !== undefined) return thing;
  throw new BelfryError({
    code: 'NOT_FOUND',
    what: `Unknown ${kind} "${id}"`,
    where: 'in the database',
    why: `No ${kind} has this id`,
    remedy: `List them with: ${command}`,
  });
}
