import type { CallInput } from '../../../shared/index.ts';
import { useApi } from '../../api/context.tsx';

export type SettingsChange = CallInput<'settings.set'>;

/** Saves some settings; rejects with a CallError when the engine refuses them. */
export function useSaveSetting(changed: () => void): (change: SettingsChange) => Promise<void> {
  const api = useApi();
  return async (change) => {
    await api.call('settings.set', change);
    changed();
  };
}
