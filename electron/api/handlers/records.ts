import type { Handlers } from '../dispatch.ts';
import type { ApiNeeds } from '../ports.ts';
import { found } from './found.ts';

/** Calls about what ran, and as whom Belfry publishes. */
export function recordHandlers(needs: ApiNeeds) {
  const { runs, runner, accounts } = needs;
  return {
    'runs.list': (query) => runs.list(query),
    'runs.page': (query) => runs.page(query),
    'runs.get': async ({ id }) => found(await runs.get(id), 'run', id, 'belfry runs'),
    'runs.cancel': async ({ id }) => {
      found(await runs.get(id), 'run', id, 'belfry runs');
      return runner.cancel(id);
    },
    'runs.resume': async ({ id }) => {
      found(await runs.get(id), 'run', id, 'belfry runs');
      return runner.resume(id);
    },
    'runs.retry': async ({ id }) => {
      found(await runs.get(id), 'run', id, 'belfry runs');
      return runner.retry(id);
    },
    'runs.output': async (query) => {
      if (query.id !== undefined) found(await runs.get(query.id), 'run', query.id, 'belfry runs');
      return runs.output(query);
    },
    'runs.outputPage': async (query) => {
      if (query.id !== undefined) found(await runs.get(query.id), 'run', query.id, 'belfry runs');
      return runs.outputPage(query);
    },
    'accounts.list': async ({ limit }) => (await accounts.list()).slice(0, limit),
    'accounts.add': (input) => accounts.add(input),
    'accounts.set': (patch) => accounts.set(patch),
    'accounts.verify': ({ id }) => accounts.verify(id),
    'accounts.setServer': (move) => accounts.setServer(move),
    'accounts.media': ({ id }) => accounts.media(id),
    'accounts.setMedia': (input) => accounts.setMedia(input),
    'accounts.remove': async ({ id }) => {
      await accounts.remove(id);
      return {};
    },
  } satisfies Partial<Handlers>;
}
