import type { z } from 'zod';
import { check, type Problem, parse, problemsError } from '../../shared/index.ts';
import type { Io } from './io.ts';
import type { JsonFile } from './json-file.ts';

/**
 * One value or a list of them, each checked; throws BAD_INPUT with the problems of all, fields as `[2].name` in a list.
 * `more` finds in a list what a schema cannot.
 */
export function parseMany<S extends z.ZodType>(
  schema: S,
  { value, name }: JsonFile,
  more: (values: z.output<S>[]) => Problem[] = () => [],
): z.output<S>[] {
  const where = name === '-' ? 'standard input' : name;
  if (!Array.isArray(value)) return [parse(schema, value, where)];
  const results = value.map((entry) => check(schema, entry));
  const problems = results.flatMap((result, i) => (result.ok ? [] : result.problems.map(inList(i))));
  if (problems.length > 0) throw problemsError(problems, where);
  const values = results.flatMap((result) => (result.ok ? [result.value] : []));
  const further = more(values);
  if (further.length > 0) throw problemsError(further, where);
  return values;
}

/**
 * Adds one after the other. Should one be refused after others were added, a remark says how far it came:
 * the engine takes them one at a time.
 */
export async function addEach<T, V extends { id: string }>(
  io: Io,
  items: readonly T[],
  add: (item: T) => Promise<V>,
): Promise<V[]> {
  const added: V[] = [];
  try {
    for (const item of items) added.push(await add(item));
  } catch (error) {
    if (added.length > 0) {
      const ids = added.map(({ id }) => id).join(', ');
      io.err(`Added before this (${added.length} of ${items.length}): ${ids}\n`);
    }
    throw error;
  }
  return added;
}

/** A problem of one entry as a problem of the list. */
export function inList(index: number): (problem: Problem) => Problem {
  return ({ field, message }) => ({
    field: field === '' || field.startsWith('[') ? `[${index}]${field}` : `[${index}].${field}`,
    message,
  });
}
