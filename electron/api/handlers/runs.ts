import { type ApiDeps, type Handlers, requireFound } from './deps.ts';

/** Calls about runs and their output. */
export function runHandlers({ runs, runner }: Pick<ApiDeps, 'runs' | 'runner'>) {
  const requireRun = async (id: string) => requireFound(await runs.get(id), 'run', id, 'belfry runs');
  return {
    'runs.list': (query) => runs.list(query),
    'runs.page': (query) => runs.page(query),
    'runs.get': ({ id }) => requireRun(id),
    'runs.cancel': async ({ id }) => {
      await requireRun(id);
      return runner.cancel(id);
    },
    'runs.resume': async ({ id }) => {
      await requireRun(id);
      return runner.resume(id);
    },
    'runs.retry': async ({ id }) => {
      await requireRun(id);
      return runner.retry(id);
    },
    'runs.output': async (query) => {
      if (query.id !== undefined) await requireRun(query.id);
      return runs.output(query);
    },
    'runs.outputPage': async (query) => {
      if (query.id !== undefined) await requireRun(query.id);
      return runs.outputPage(query);
    },
  } satisfies Partial<Handlers>;
}
