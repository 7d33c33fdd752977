import type { PostChanges, PostView } from '../../../shared/index.ts';
import type { Context } from '../context.ts';
import { paintStatus } from '../paint.ts';
import { table } from '../table.ts';
import { counted, oneLine } from '../text.ts';
import { when } from '../when.ts';

/** Posts, one per line. */
export function postTable(context: Context, posts: readonly PostView[]): string {
  if (posts.length === 0) return 'No posts.';
  const rows = posts.map((post) => [
    post.id,
    paintStatus(context.paint, post.status),
    post.publishAt === null ? 'draft' : when(post.publishAt, context.reader),
    post.targets.map((target) => target.account).join(', '),
    oneLine(post.text),
  ]);
  return table(['ID', 'STATUS', 'PUBLISH AT', 'ACCOUNTS', 'TEXT'], rows, context.io.columns);
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
