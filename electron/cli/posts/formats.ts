import { CsvError, parse as parseCsv } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { nearest, type PostDraft, type Problem, problemsError } from '../../../shared/index.ts';
import { parseJsonText } from '../../store/index.ts';
import {
  type Cells,
  columnNames,
  columnOf,
  columnsOf,
  fromCell,
  isColumn,
  readCells,
  toCell,
  writeCells,
} from './columns.ts';
import { type DateOrder, type ReadTime, sheetTimes } from './times.ts';

export const formats = ['csv', 'json', 'jsonl'] as const;
export type Format = (typeof formats)[number];

/** A post as it stands in a file, and how a mistake in it is called there. */
export type Row = { value: unknown; fieldOf(field: string): string };

/** The posts of a file, none of them checked yet, and how the file was understood. */
export type Reading = { rows: Row[]; remarks: string[] };

export type ReadOptions = {
  times: ReadTime;
  /** Whether the day or the month comes first, where the column leaves it open. */
  dates?: DateOrder | undefined;
  /** Accounts of posts that name none. */
  accounts?: readonly string[] | undefined;
};

/** The format of a file by its name, or else by how its text begins. */
export function formatOf(name: string, text: string): Format {
  const [, ending = ''] = /\.(\w+)$/.exec(name) ?? [];
  const byName: Record<string, Format> = {
    csv: 'csv',
    tsv: 'csv',
    json: 'json',
    jsonl: 'jsonl',
    ndjson: 'jsonl',
  };
  const known = byName[ending.toLowerCase()];
  if (known) return known;
  const start = text.replace(/^\uFEFF/, '').trimStart();
  if (start.startsWith('[')) return 'json';
  if (!start.startsWith('{')) return 'csv';
  return parseJsonText(start).ok ? 'json' : 'jsonl';
}

/** The posts of a text, none of them checked yet; throws BAD_INPUT when it is not of this format. */
export function readPosts(text: string, format: Format, where: string, options: ReadOptions): Reading {
  const whole = text.replace(/^\uFEFF/, '');
  const read = format === 'csv' ? readTable : format === 'json' ? readJson : readLines;
  const { rows, remarks } = read(whole, where);
  const times = sheetTimes(
    rows.flatMap(({ value }) => timeOf(value) ?? []),
    options.dates,
  );
  if (!('read' in times)) throw problemsError([times], where);
  const complete = rows.map((row) => ({
    ...row,
    value: withAccounts(
      withTime(row.value, (cell) => options.times(times.read(cell))),
      options.accounts,
    ),
  }));
  return { rows: complete, remarks: [...remarks, ...(times.remark === null ? [] : [times.remark])] };
}

function readJson(text: string, where: string): Reading {
  const reading = parseJsonText(text);
  if (!reading.ok) throw problemsError(reading.problems, where);
  if (!Array.isArray(reading.value))
    return { rows: [{ value: reading.value, fieldOf: (field) => field }], remarks: [] };
  const rows = reading.value.map((value, index) => ({
    value,
    fieldOf: (field: string) => (field === '' ? `[${index}]` : `[${index}].${field}`),
  }));
  return { rows, remarks: [] };
}

function readLines(text: string, where: string): Reading {
  const problems: Problem[] = [];
  const rows = text.split(/\r\n|\n|\r/).flatMap((line, index) => {
    if (line.trim() === '') return [];
    const label = `line ${index + 1}`;
    try {
      const value: unknown = JSON.parse(line);
      return [{ value, fieldOf: (field: string) => (field === '' ? label : `${label}, ${field}`) }];
    } catch (error) {
      problems.push({
        field: label,
        message: `is not JSON: ${error instanceof Error ? error.message : error}`,
      });
      return [];
    }
  });
  if (problems.length > 0) throw problemsError(problems, where);
  return { rows, remarks: [] };
}

function timeOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('publishAt' in value)) return undefined;
  return typeof value.publishAt === 'string' ? value.publishAt : undefined;
}

/** Times in JSON may lack their offset as well. */
function withTime(value: unknown, read: (text: string) => string): unknown {
  const time = timeOf(value);
  return time === undefined ? value : { ...(value as object), publishAt: read(time) };
}

function withAccounts(value: unknown, accounts: readonly string[] | undefined): unknown {
  if (accounts === undefined || typeof value !== 'object' || value === null) return value;
  return 'accounts' in value ? value : { ...value, accounts };
}

function readTable(text: string, where: string): Reading {
  const { rest, delimiter } = markedDelimiter(text);
  const mark = delimiter ?? delimiterOf(rest);
  const table = parseTable(rest, mark, where);
  const implied = table[0] && impliedHead(table[0]);
  const [head, ...lines] = implied ? [[...implied], ...table] : table;
  if (!head)
    throw problemsError([{ field: '', message: 'is empty: the first row must name the columns' }], where);
  const names = head.map((name) => ownName(name, columnNames));
  const problems = headProblems(names);
  const first = implied ? 1 : 2; // As a spreadsheet counts: the head is row 1.
  const rows = lines.flatMap((cells, index) => {
    const label = `row ${index + first}`;
    if (cells.every((cell) => cell === '')) return [];
    const spare = cells.slice(names.length).filter((cell) => cell !== '');
    if (spare.length > 0)
      problems.push({
        field: label,
        message: `has ${cells.length} cells, and there are ${names.length} columns`,
      });
    const lost = cells.findIndex((cell, column) => names[column] === '' && cell !== '');
    if (lost >= 0)
      problems.push({ field: label, message: `has a cell in column ${lost + 1}, which has no name` });
    const own = withExtras(cellsOf(names, cells));
    problems.push(...own.problems.map(({ field, message }) => ({ field: `${label}, ${field}`, message })));
    const fieldOf = (field: string) => `${label}, ${columnOf(field)}`;
    return [{ value: readCells(own.cells), fieldOf }];
  });
  if (problems.length > 0) throw problemsError(problems, where);
  const remarks = implied ? ['There is no row of names: read as Hootsuite has it, time, message, link'] : [];
  return {
    rows,
    remarks: mark === ',' ? remarks : [`Cells are separated by ${delimiterNames[mark]}`, ...remarks],
  };
}

const delimiterNames: Readonly<Record<string, string>> = { ';': 'semicolons', '\t': 'tabs', ',': 'commas' };

/** What Excel writes and reads as a first line such as `sep=;`. */
function markedDelimiter(text: string): { rest: string; delimiter: string | undefined } {
  const [line = '', delimiter] = /^"?sep=([,;\t])"?(?:\r\n|\n|\r)/i.exec(text) ?? [];
  return { rest: text.slice(line.length), delimiter };
}

function parseTable(text: string, delimiter: string, where: string): string[][] {
  // Where lines end with a carriage return, line breaks within cells come from the spreadsheet, and not from the writer.
  const [end = '\n'] = /\r\n|\n|\r/.exec(text) ?? [];
  try {
    const table = parseCsv(text, {
      delimiter,
      relaxColumnCount: true,
      recordDelimiter: ['\r\n', '\n', '\r'],
    });
    return end === '\n' ? table : table.map((cells) => cells.map((cell) => cell.replaceAll(/\r\n?/g, '\n')));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw problemsError(
      [{ field: `line ${error['lines']}`, message: `is not CSV: ${error.message}` }],
      where,
    );
  }
}

/** Spreadsheets write a semicolon where the comma is in numbers. Names of columns have none of these. */
function delimiterOf(text: string): string {
  const [head = ''] = text.split(/\r\n|\n|\r/, 1);
  const counts = [',', ';', '\t'].map((mark) => ({ mark, count: head.split(mark).length }));
  return counts.reduce((best, one) => (one.count > best.count ? one : best)).mark;
}

function headProblems(names: readonly string[]): Problem[] {
  return names.flatMap((name, index) => {
    const field = `row 1, column ${index + 1}`;
    if (name === '') return [];
    if (names.indexOf(name) < index) return [{ field, message: `"${name}" is there twice` }];
    if (isColumn(name) || isExtra(name)) return [];
    const guess = nearest(name, columnNames);
    return [
      { field, message: `"${name}" is not a known column${guess ? `; did you mean "${guess}"?` : ''}` },
    ];
  });
}

function cellsOf(names: readonly string[], cells: readonly string[]): Cells {
  const pairs = names.map((name, index) => [name, fromCell(cells[index] ?? '')] as const);
  return Object.fromEntries(pairs.filter(([name, cell]) => name !== '' && cell !== ''));
}

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

/** Posts as a text that `readPosts` reads back to the same. */
export function writePosts(posts: readonly PostDraft[], format: Format): string {
  if (format === 'jsonl') return posts.map((post) => `${JSON.stringify(post)}\n`).join('');
  if (format === 'json') return `${JSON.stringify(posts, undefined, 2)}\n`;
  const rows = posts.map(writeCells);
  const columns = columnsOf(rows);
  return stringify([columns, ...rows.map((cells) => columns.map((name) => toCell(cells[name] ?? '')))]);
}
