import type { Problem } from '../../../shared/index.ts';
import { isColumn } from './columns.ts';

/** Columns of other services' tables that mean no field of a post by themselves. */
export type Extra = 'link' | 'imageUrl' | 'board';

/**
 * Columns of the tables that other services take, by their documented names in lower case: Buffer's bulk upload
 * (Text, Image URL, Tags, Posting Time, Board Name: https://support.buffer.com/article/926-how-to-upload-posts-in-bulk-to-buffer)
 * and Hootsuite's bulk composer (date and time, message, link; its own sample has no heading).
 */
const foreign: Readonly<Record<string, string>> = {
  'posting time': 'publishAt',
  'image url': 'imageUrl',
  'board name': 'board',
  date: 'publishAt',
  'date and time': 'publishAt',
  message: 'text',
  link: 'link',
};
const extras: readonly string[] = ['link', 'imageUrl', 'board'] satisfies Extra[];
const headless: readonly string[] = ['publishAt', 'text', 'link'];
const looksLikeDate = /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4},?\s+\d{1,2}:\d\d/;

/** The name by which a column is known here; Belfry's own names in whatever case, or what another service calls it. */
export function ownName(name: string, columns: readonly string[]): string {
  const trimmed = name.trim();
  if (isColumn(trimmed)) return trimmed;
  const lower = trimmed.toLowerCase();
  return columns.find((one) => one.toLowerCase() === lower) ?? foreign[lower] ?? trimmed;
}

/** Whether a column means something in another service's table. */
export function isExtra(name: string): boolean {
  return extras.includes(name);
}

/** The heading of a table without one, as Hootsuite takes it: time, message and perhaps a link. */
export function impliedHead(first: readonly string[]): readonly string[] | undefined {
  const [time = '', ...rest] = first;
  const cells = rest.filter((cell) => cell !== '').length;
  return looksLikeDate.test(time.trim()) && cells >= 1 && first.length <= 3 ? headless : undefined;
}

/** A row with what its extra columns say put into the fields of a post; problems for what Belfry cannot take over. */
export function withExtras(cells: Readonly<Record<string, string>>): {
  cells: Readonly<Record<string, string>>;
  problems: Problem[];
} {
  const { link = '', imageUrl = '', board = '', ...own } = cells;
  const { text = '' } = own;
  const isInText = link === '' || text.includes(link.trim());
  const problems = [
    ...(imageUrl === ''
      ? []
      : [
          {
            field: 'Image URL',
            message: `is an address (${imageUrl}), and Belfry posts files: save the picture, and name the file in a column media1`,
          },
        ]),
    ...(board === ''
      ? []
      : [{ field: 'Board Name', message: 'is for Pinterest, which Belfry does not have' }]),
  ];
  return {
    cells: isInText ? own : { ...own, text: text.trim() === '' ? link.trim() : `${text}\n${link.trim()}` },
    problems,
  };
}
