import { createContext, type ReactNode, useContext, useSyncExternalStore } from 'react';
import type { Api } from './api.ts';
import type { LinkState } from './link.ts';

const ApiContext = createContext<Api | null>(null);

/** Makes the API known to every page below. */
export function ApiProvider({ api, children }: { api: Api; children: ReactNode }) {
  return <ApiContext value={api}>{children}</ApiContext>;
}

/** The API. Throws outside of ApiProvider. */
export function useApi(): Api {
  const api = useContext(ApiContext);
  if (!api) throw new Error('useApi needs an ApiProvider above');
  return api;
}

/** Whether the engine can be reached. */
export function useLinkState(): LinkState {
  const { link } = useApi();
  return useSyncExternalStore(link.watch, link.state);
}
