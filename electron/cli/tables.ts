import { type AccountView, type PostChanges, type PostView, waitText } from '../../shared/index.ts';
import type { Context } from './context.ts';
import { counted, oneLine, paintStatus, table } from './terminal.ts';
import { when } from './when.ts';

/** Accounts, one per line. */
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

/** Posts, one per line. */
export function postTable(context: Context, posts: readonly PostView[]): string {
  if (posts.length === 0) return 'No posts.';
  const waiting = posts.some((post) => waitsOf(context, post) !== '');
  const rows = posts.map((post) => [
    post.id,
    paintStatus(context.paint, post.status),
    post.publishAt === null ? 'draft' : when(post.publishAt, context.reader),
    post.targets.map((target) => target.account).join(', '),
    ...(waiting ? [oneLine(waitsOf(context, post))] : []),
    oneLine(post.text),
  ]);
  const head = ['ID', 'STATUS', 'PUBLISH AT', 'ACCOUNTS', ...(waiting ? ['WAITS FOR'] : []), 'TEXT'];
  return table(head, rows, context.io.columns);
}

/** What a post waits for besides its time, each thing once; empty when nothing keeps it. */
function waitsOf({ reader }: Context, { targets }: PostView): string {
  const words = targets.flatMap(({ waits }) =>
    waits === null ? [] : waitText(waits, (at) => when(at, reader)),
  );
  return [...new Set(words)].join('; ');
}

/** What a command for many changed; `did` as in `Cancelled`. */
export function changeTable(context: Context, did: string, { dryRun, posts }: PostChanges): string {
  if (posts.length === 0) return 'No post fits: nothing was changed.';
  const rows = posts.map((post) => [
    post.id,
    post.dueAt === null ? '–' : when(post.dueAt, context.reader),
    post.accounts.join(', '),
    oneLine(post.text),
  ]);
  const list = table(['ID', 'DUE', 'ACCOUNTS', 'TEXT'], rows, context.io.columns);
  const end = dryRun
    ? `A dry run: ${counted(posts.length, 'post')} would be changed.`
    : `${did} ${counted(posts.length, 'post')}.`;
  return `${list}\n${end}`;
}
