import type { AccountView, Snippets } from '../../../shared/index.ts';
import type { CallError } from '../../api/call-error.ts';
import { useCall } from '../../api/use-call.ts';
import { userZone } from '../../ui/now.ts';

export type SeriesNeeds = { accounts: readonly AccountView[]; snippets: Snippets; zone: string };

/** What the form of a series offers: accounts, named texts, and the zone that new series get. */
export function useSeriesNeeds(): {
  needs: SeriesNeeds | undefined;
  error: CallError | undefined;
  refresh(): void;
} {
  const accounts = useCall('accounts.list', { limit: 10_000 });
  const snippets = useCall('snippets.list', {});
  const settings = useCall('settings.get', {});
  const isThere = accounts.data && snippets.data && settings.data;
  return {
    needs: isThere && {
      accounts: accounts.data,
      snippets: snippets.data,
      zone: settings.data.timezone ?? userZone,
    },
    error: accounts.error ?? snippets.error ?? settings.error,
    refresh() {
      for (const call of [accounts, snippets, settings]) call.refresh();
    },
  };
}
