import { type Command, Option } from 'commander';
import { BelfryError, type Count } from '../../shared/index.ts';
import type { Context } from './context.ts';
import { wholeNumber } from './usage.ts';

/** What of a list is wanted: 100 of it when nothing is said. */
export type PageOptions = { limit?: number; cursor?: string; all?: boolean };

/** One page of a list; `total` when it was asked for and is known. */
export type ListPage<T> = { items: readonly T[]; cursor: string | null; total: Count | null };
export type Ask = { cursor?: string; limit: number; count: boolean };

const usual = 100;
const mostAtOnce = 500;

/** `--limit`, `--cursor` and `--all`. */
export function withPages(command: Command): Command {
  return command
    .option('--limit <n>', `at most this many (default: ${usual})`, wholeNumber(1, 10_000))
    .option('--cursor <cursor>', 'the page that begins there, as the page before said')
    .addOption(new Option('--all', 'everything, from the beginning or the cursor on').conflicts('limit'));
}

/**
 * Shows a list as it comes, page by page: one JSON array with `--json`, else `human` (its first line is the head).
 * What is left out is said on standard error, with how many there are and how to see them.
 */
export async function showPages<T>(
  context: Context,
  { limit = usual, cursor, all = false }: PageOptions,
  load: (ask: Ask) => Promise<ListPage<T>>,
  human: (items: readonly T[]) => string,
): Promise<void> {
  const { io, json } = context;
  let left = all ? Number.POSITIVE_INFINITY : limit;
  let shown = 0;
  let total: Count | null = null;
  let next: string | null = cursor ?? null;
  for (let isFirst = true; isFirst || (next !== null && left > 0); isFirst = false) {
    const page: ListPage<T> = await load({
      limit: Math.min(mostAtOnce, left),
      count: isFirst && !all,
      ...(next === null ? {} : { cursor: next }),
    });
    if (json) io.out(jsonItems(page.items, shown === 0));
    else if (shown === 0) io.out(`${human(page.items)}\n`);
    else if (page.items.length > 0) io.out(withoutHead(`${human(page.items)}\n`));
    await io.taken();
    total ??= page.total;
    shown += page.items.length;
    left -= page.items.length;
    next = page.cursor;
  }
  if (json) io.out(shown === 0 ? '[]\n' : '\n]\n');
  if (next !== null) io.err(`${remark(shown, total)} Use --all, or --cursor ${next} for the next page.\n`);
}

/** A list that the engine gives whole as pages, which begin after the item with the id `cursor`. */
export function pagesOf<T extends { id: string }>(all: readonly T[], { cursor, limit }: Ask): ListPage<T> {
  const before = cursor === undefined ? -1 : all.findIndex(({ id }) => id === cursor);
  if (cursor !== undefined && before < 0) throw gone(cursor);
  const items = all.slice(before + 1, before + 1 + limit);
  const isLast = before + 1 + items.length >= all.length;
  return {
    items,
    cursor: isLast ? null : (items.at(-1)?.id ?? null),
    total: { count: all.length, more: false },
  };
}

function jsonItems(items: readonly unknown[], isFirst: boolean): string {
  return items
    .map((item, index) => {
      const text = JSON.stringify(item, undefined, 2).replaceAll('\n', '\n  ');
      return `${isFirst && index === 0 ? '[' : ','}\n  ${text}`;
    })
    .join('');
}

function withoutHead(text: string): string {
  return text.slice(text.indexOf('\n') + 1);
}

function remark(shown: number, total: Count | null): string {
  if (total === null) return `Showing ${shown.toLocaleString('en')}; there are more.`;
  const of = `${total.more ? 'more than ' : ''}${total.count.toLocaleString('en')}`;
  return `Showing ${shown.toLocaleString('en')} of ${of}.`;
}

function gone(cursor: string): BelfryError {
  return new BelfryError({
    code: 'BAD_INPUT',
    what: `The cursor "${cursor}" leads nowhere`,
    where: 'on the command line',
    why: 'A page ended with it, and it was removed since, or it is of another list',
    remedy: 'Begin without --cursor',
  });
}
