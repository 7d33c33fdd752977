import { CsvError, parse as parseCsv } from 'csv-parse/sync';
import { nearest, type Problem, problemsError } from '../../../shared/index.ts';
import { parseJsonText } from '../../store/index.ts';
import { type Cells, columnNames, columnOf, isColumn, readCells } from './columns.ts';
import { impliedHead, isExtra, ownName, withExtras } from './foreign-tables.ts';
import { fromCell } from './formula-cell.ts';
import type { ReadTime } from './local-time.ts';
import { type DateOrder, sheetTimes } from './sheet-times.ts';

export const formats = ['csv', 'json', 'jsonl'] as const;
export type Format = (typeof formats)[number];

/** A post as it stands in a file, and how a mistake in it is called there. */
export type Row = { value: unknown; fieldOf(field: string): string };

/** The posts of a file, none of them checked yet, and how the file was understood. */
export type Reading = { rows: Row[]; remarks: string[] };

export type ReadOptions = {
  times: ReadTime;
  /** Whether the day or the month comes first, where the column does not tell. */
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
    const place = `line ${index + 1}`;
    try {
      const value: unknown = JSON.parse(line);
      return [{ value, fieldOf: (field: string) => (field === '' ? place : `${place}, ${field}`) }];
    } catch (error) {
      problems.push({
        field: place,
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
    const place = `row ${index + first}`;
    if (cells.every((cell) => cell === '')) return [];
    const spare = cells.slice(names.length).filter((cell) => cell !== '');
    if (spare.length > 0)
      problems.push({
        field: place,
        message: `has ${cells.length} cells, and there are ${names.length} columns`,
      });
    const lost = cells.findIndex((cell, column) => names[column] === '' && cell !== '');
    if (lost >= 0)
      problems.push({ field: place, message: `has a cell in column ${lost + 1}, which has no name` });
    const own = withExtras(cellsOf(names, cells));
    problems.push(...own.problems.map(({ field, message }) => ({ field: `${place}, ${field}`, message })));
    const fieldOf = (field: string) => `${place}, ${columnOf(field)}`;
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
