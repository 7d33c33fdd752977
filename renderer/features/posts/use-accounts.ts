import { useMemo } from 'react';
import type { AccountView } from '../../../shared/index.ts';
import { useCall } from '../../api/use-call.ts';

/** Accounts by their ids. */
export type Accounts = ReadonlyMap<string, AccountView>;

/** The accounts by their ids. */
export function useAccounts(): Accounts {
  const { data } = useCall('accounts.list', { limit: 10_000 });
  return useMemo(() => new Map((data ?? []).map((account) => [account.id, account])), [data]);
}

/** How an account is called in lists: its handle, or its id when it is gone. */
export function accountName(accounts: Accounts, id: string): string {
  return accounts.get(id)?.handle ?? id;
}
