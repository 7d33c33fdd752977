import { CsvError, parse as parseCsv } from 'csv-parse/sync';
import { nearest, type Problem, problemsError } from '../../../shared/index.ts';
import { parseJsonText } from '../../store/index.ts';
import { type Cells, columnNames, columnOf, isColumn, readCells } from './columns.ts';
import { fromCell } from './formula-cell.ts';
import type { ReadTime } from './local-time.ts';

export const formats = ['csv', 'json', 'jsonl'] as const;
export type Format = (typeof formats)[number];

/** A post as it stands in a file, and how a mistake in it is called there. */
export type Row = { value: unknown; fieldOf(field: string): string };

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
export function readPosts(text: string, format: Format, where: string, times: ReadTime): Row[] {
  const whole = text.replace(/^\uFEFF/, '');
  if (format === 'csv') return readTable(whole, where, times);
  return format === 'json' ? readJson(whole, where, times) : readLines(whole, where, times);
}

function readJson(text: string, where: string, times: ReadTime): Row[] {
  const reading = parseJsonText(text);
  if (!reading.ok) throw problemsError(reading.problems, where);
  if (!Array.isArray(reading.value))
    return [{ value: withTime(reading.value, times), fieldOf: (field) => field }];
  return reading.value.map((value, index) => ({
    value: withTime(value, times),
    fieldOf: (field) => (field === '' ? `[${index}]` : `[${index}].${field}`),
  }));
}

function readLines(text: string, where: string, times: ReadTime): Row[] {
  const problems: Problem[] = [];
  const rows = text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const place = `line ${index + 1}`;
    try {
      const value = withTime(JSON.parse(line), times);
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
  return rows;
}

/** Times in JSON may lack their offset as well. */
function withTime(value: unknown, times: ReadTime): unknown {
  if (typeof value !== 'object' || value === null || !('publishAt' in value)) return value;
  const { publishAt } = value;
  return typeof publishAt === 'string' ? { ...value, publishAt: times(publishAt) } : value;
}

function readTable(text: string, where: string, times: ReadTime): Row[] {
  const [head, ...lines] = parseTable(text, where);
  if (!head)
    throw problemsError([{ field: '', message: 'is empty: the first row must name the columns' }], where);
  const names = head.map((name) => name.trim());
  const problems = headProblems(names);
  const rows = lines.flatMap((cells, index) => {
    const place = `row ${index + 2}`; // As a spreadsheet counts: the head is row 1.
    if (cells.every((cell) => cell === '')) return [];
    const spare = cells.slice(names.length).filter((cell) => cell !== '');
    if (spare.length > 0)
      problems.push({
        field: place,
        message: `has ${cells.length} cells, and there are ${names.length} columns`,
      });
    const value = readCells(cellsOf(names, cells), times);
    return [{ value, fieldOf: (field: string) => `${place}, ${columnOf(field)}` }];
  });
  if (problems.length > 0) throw problemsError(problems, where);
  return rows;
}

function parseTable(text: string, where: string): string[][] {
  try {
    return parseCsv(text, { delimiter: delimiterOf(text), relaxColumnCount: true });
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
  const [head = ''] = text.split('\n', 1);
  const counts = [',', ';', '\t'].map((mark) => ({ mark, count: head.split(mark).length }));
  return counts.reduce((best, one) => (one.count > best.count ? one : best)).mark;
}

function headProblems(names: readonly string[]): Problem[] {
  return names.flatMap((name, index) => {
    const field = `row 1, column ${index + 1}`;
    if (names.indexOf(name) < index) return [{ field, message: `"${name}" is there twice` }];
    if (name === '' || isColumn(name)) return [];
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
