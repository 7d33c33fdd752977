import { useCallback, useMemo, useSyncExternalStore } from 'react';
import type { CallInput, CallName, CallOutput } from '../../shared/index.ts';
import type { AnnouncementName } from './api.ts';
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
  const api = useApi();
  const inputKey = input === null ? null : JSON.stringify(input);
  const names = refreshOn.join(' ');

  const resource = useMemo(() => {
    const key = `${name} ${inputKey}`;
    const load = async () => {
      if (inputKey === null) return new Promise<CallOutput<N>>(() => {});
      const answer = await api.call(name, JSON.parse(inputKey));
      remember(api.answers, key, answer);
      return answer;
    };
    // Only answers of this very call and input are stored under the key.
    const initial = api.answers.get(key) as CallOutput<N> | undefined;
    return createResource(load, { wait: timer, quietMs, initial });
  }, [api, name, inputKey, quietMs]);

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
