import { type AccountStatus, accountStatuses } from '../../shared/index.ts';
import type { AccountState, AccountStates } from '../accounts/index.ts';
import type { Database } from './database.ts';
import type { Tables } from './schema.ts';

/** What was last learned about each account, in the table `account_state`. */
export function createAccountStates(db: Database): AccountStates {
  return {
    async all() {
      const rows = await db.selectFrom('account_state').selectAll().orderBy('account_id').execute();
      return rows.map(toState);
    },
    async get(accountId) {
      const row = await db
        .selectFrom('account_state')
        .selectAll()
        .where('account_id', '=', accountId)
        .executeTakeFirst();
      return row && toState(row);
    },
    async save(state) {
      const { account_id, ...rest } = toRow(state);
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

type Row = Tables['account_state'];

function toState(row: Row): AccountState {
  return {
    accountId: row.account_id,
    status: statusOf(row.status),
    reason: row.reason,
    tokenExpiresAt: row.token_expires_at,
    checkedAt: row.checked_at,
    movedTo: row.moved_to,
  };
}

function toRow(state: AccountState): Row {
  return {
    account_id: state.accountId,
    status: state.status,
    reason: state.reason,
    token_expires_at: state.tokenExpiresAt,
    checked_at: state.checkedAt,
    moved_to: state.movedTo,
  };
}

/** A word that this Belfry does not know is no news about the account. */
function statusOf(text: string): AccountStatus {
  return accountStatuses.find((status) => status === text) ?? 'unknown';
}
