import { useCallback, useMemo, useSyncExternalStore } from 'react';
import type { CallInput, CallName, CallOutput } from '../../shared/index.ts';
import type { AnnouncementName, Api } from './api.ts';
import { useApi } from './context.tsx';
import { createResource, type ResourceState } from './resource.ts';
import { timer } from './timer.ts';

/** An answer that is kept fresh. `data` is undefined until the first answer. */
export type CallState<T> = ResourceState<T> & { refresh(): void };

type Options = {
  /** Announcements after which the answer may be another. */
  refreshOn?: readonly AnnouncementName[];
  /** Least milliseconds between two fetches. */
  quietMs?: number;
};

const keptAnswers = 40;

/** One call of the contract as React state; `null` as input makes no call. */
export function useCall<N extends CallName>(
  name: N,
  input: CallInput<N> | null,
  { refreshOn = [], quietMs = 300 }: Options = {},
): CallState<CallOutput<N>> {
  const inputKey = input === null ? null : JSON.stringify(input);
  const ask = useCallback(
    (api: Api): Promise<CallOutput<N>> => api.call(name, JSON.parse(inputKey ?? '')),
    [name, inputKey],
  );
  return useAnswer(inputKey === null ? null : `${name} ${inputKey}`, ask, { refreshOn, quietMs });
}

/** What some calls come to as React state; `key` names it, null asks for nothing. `ask` must be the same for one key. */
export function useAnswer<T>(
  key: string | null,
  ask: (api: Api) => Promise<T>,
  { refreshOn = [], quietMs = 300 }: Options = {},
): CallState<T> {
  const api = useApi();
  const names = refreshOn.join(' ');

  const resource = useMemo(() => {
    const load = async () => {
      if (key === null) return new Promise<T>(() => {});
      const answer = await ask(api);
      remember(api.answers, key, answer);
      return answer;
    };
    // Only answers of this very question are stored under the key.
    const initial = key === null ? undefined : (api.answers.get(key) as T | undefined);
    return createResource(load, { wait: timer, quietMs, initial });
  }, [api, key, ask, quietMs]);

  const subscribe = useCallback(
    (changed: () => void) => {
      const wanted = new Set(names.split(' '));
      const ends = [
        resource.watch(changed),
        api.listen((announcement) => wanted.has(announcement.name) && resource.refresh()),
        api.onReturn(resource.refresh),
      ];
      resource.start();
      return () => {
        for (const end of ends) end();
        resource.stop();
      };
    },
    [resource, api, names],
  );

  const state = useSyncExternalStore(subscribe, resource.state);
  return useMemo(() => ({ ...state, refresh: resource.refresh }), [state, resource]);
}

function remember(answers: Map<string, unknown>, key: string, answer: unknown): void {
  answers.delete(key);
  answers.set(key, answer);
  const [oldest] = answers.keys();
  if (answers.size > keptAnswers && oldest !== undefined) answers.delete(oldest);
}
