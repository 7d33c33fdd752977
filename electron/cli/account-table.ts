import type { AccountView } from '../../shared/index.ts';
import type { Context } from './context.ts';
import { paintStatus } from './paint.ts';
import { table } from './table.ts';
import { oneLine } from './text.ts';
import { when } from './when.ts';

/** Accounts under a head, for people. */
export function accountTable(context: Context, accounts: readonly AccountView[]): string {
  if (accounts.length === 0) return 'There are no accounts. Add one: belfry accounts sign-in https://SERVER';
  const rows = accounts.map((account) => [
    account.id,
    account.network,
    account.server,
    oneLine(account.handle),
    paintStatus(context.paint, account.status),
    account.order,
    when(account.tokenExpiresAt, context.reader),
    oneLine(account.reason ?? ''),
  ]);
  return table(
    ['ID', 'NETWORK', 'SERVER', 'HANDLE', 'STATUS', 'ORDER', 'TOKEN EXPIRES', 'REASON'],
    rows,
    context.io.columns,
  );
}
