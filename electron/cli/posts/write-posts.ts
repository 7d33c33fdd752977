import { stringify } from 'csv-stringify/sync';
import type { PostDraft } from '../../../shared/index.ts';
import { columnsOf, writeCells } from './columns.ts';
import { toCell } from './formula-cell.ts';
import type { Format } from './read-posts.ts';

/** Posts as a text that `readPosts` reads back to the same. */
export function writePosts(posts: readonly PostDraft[], format: Format): string {
  if (format === 'jsonl') return posts.map((post) => `${JSON.stringify(post)}\n`).join('');
  if (format === 'json') return `${JSON.stringify(posts, undefined, 2)}\n`;
  const rows = posts.map(writeCells);
  const columns = columnsOf(rows);
  return stringify([columns, ...rows.map((cells) => columns.map((name) => toCell(cells[name] ?? '')))]);
}
