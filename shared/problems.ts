import type { z } from 'zod';
import { BelfryError, type ErrorCode, type Problem } from './error.ts';
import { nearest } from './nearest.ts';

/** All problems that zod found, one line per field, with a suggestion for misspelt keys. */
export function problemsOf(error: z.ZodError, prefix = ''): Problem[] {
  return error.issues.flatMap((issue) => problemsOfIssue(issue, prefix));
}

/** Checks `input` against `schema`; throws BAD_INPUT (or `code`) naming every problem at once. */
export function parse<S extends z.ZodType>(
  schema: S,
  input: unknown,
  where: string,
  code: ErrorCode = 'BAD_INPUT',
): z.output<S> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw problemsError(problemsOf(result.error), where, code);
}

/** One BelfryError for a list of problems; the text names the first ones, `details` holds all. */
export function problemsError(
  problems: Problem[],
  where: string,
  code: ErrorCode = 'BAD_INPUT',
): BelfryError {
  const [first] = problems;
  const listed = problems.map((p) => (p.field ? `${p.field}: ${p.message}` : p.message)).join('; ');
  return new BelfryError({
    code,
    what: problems.length === 1 ? 'There is a mistake' : `There are ${problems.length} mistakes`,
    where: `in ${where}`,
    why: listed,
    remedy: 'Correct this and try again; nothing was changed',
    ...(first?.field ? { field: first.field } : {}),
    details: problems,
  });
}

/** `['jobs', 2, 'id']` as `jobs[2].id`. */
export function pathOf(parts: readonly PropertyKey[], prefix = ''): string {
  return parts.reduce<string>(
    (path, part) =>
      typeof part === 'number' ? `${path}[${part}]` : path ? `${path}.${String(part)}` : String(part),
    prefix,
  );
}

function problemsOfIssue(issue: z.core.$ZodIssue, prefix: string): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: pathOf([...issue.path, key], prefix),
      message: 'is not a known key',
    }));
  }
  if (issue.code === 'invalid_union') return unionProblems(issue, prefix);
  return [{ field: pathOf(issue.path, prefix), message: issue.message }];
}

/** Of a union's branches, the one with the fewest complaints is what the writer meant. */
function unionProblems(issue: z.core.$ZodIssueInvalidUnion, prefix: string): Problem[] {
  const here = pathOf(issue.path, prefix);
  const [best] = [...issue.errors].sort((a, b) => a.length - b.length);
  if (!best || best.length === 0) return [{ field: here, message: issue.message }];
  return best.flatMap((inner) => problemsOfIssue(inner, here));
}

/** Adds "did you mean" to an unknown key when a known one is close. */
export function suggest(problem: Problem, known: readonly string[]): Problem {
  const key = problem.field.split('.').at(-1) ?? '';
  const guess = nearest(key, known);
  return guess ? { ...problem, message: `${problem.message}; did you mean "${guess}"?` } : problem;
}
