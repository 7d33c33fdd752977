import { accountStatuses } from '../../shared/index.ts';
import type { AccountState, AccountStates } from '../accounts/index.ts';
import type { Database } from './database.ts';

/** The columns by the names that they have in `AccountState`. */
const columns = [
  'account_id as accountId',
  'status',
  'reason',
  'token_expires_at as tokenExpiresAt',
  'checked_at as checkedAt',
  'moved_to as movedTo',
] as const;

/** What was last learned about each account, in the table `account_state`. */
export function createAccountStates(db: Database): AccountStates {
  return {
    async all() {
      const rows = await db.selectFrom('account_state').select(columns).orderBy('account_id').execute();
      return rows.map(withKnownStatus);
    },
    async get(accountId) {
      const row = await db
        .selectFrom('account_state')
        .select(columns)
        .where('account_id', '=', accountId)
        .executeTakeFirst();
      return row && withKnownStatus(row);
    },
    async save({ accountId: account_id, status, reason, tokenExpiresAt, checkedAt, movedTo }) {
      const rest = {
        status,
        reason,
        token_expires_at: tokenExpiresAt,
        checked_at: checkedAt,
        moved_to: movedTo,
      };
      await db
        .insertInto('account_state')
        .values({ account_id, ...rest })
        .onConflict((conflict) => conflict.column('account_id').doUpdateSet(rest))
        .execute();
    },
    async forget(accountId) {
      await db.deleteFrom('account_state').where('account_id', '=', accountId).execute();
    },
  };
}

/** A word that this Belfry does not know is no news about the account. */
function withKnownStatus(row: Omit<AccountState, 'status'> & { status: string }): AccountState {
  return { ...row, status: accountStatuses.find((status) => status === row.status) ?? 'unknown' };
}
