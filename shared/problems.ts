import type { z } from 'zod';
import { BelfryError, type ErrorCode, type Problem } from './error.ts';
import { knownKeys } from './known-keys.ts';
import { nearest } from './nearest.ts';

/** All problems that zod found, one line per field, with a suggestion for misspelt keys. */
export function problemsOf(error: z.ZodError, prefix = ''): Problem[] {
  return error.issues.flatMap((issue) => problemsOfIssue(issue, prefix));
}

/** Checks `input` against `schema`: its value with defaults, or every problem at once, misspelt keys with a suggestion. */
export function check<S extends z.ZodType>(
  schema: S,
  input: unknown,
): { ok: true; value: z.output<S> } | { ok: false; problems: Problem[] } {
  const result = schema.safeParse(input, { error: inWords });
  if (result.success) return { ok: true, value: result.data };
  const suggestFor = (path: PropertyKey[]) => knownKeys(schema, path, input);
  return {
    ok: false,
    problems: result.error.issues.flatMap((issue) => problemsOfIssue(issue, '', suggestFor)),
  };
}

/** Checks `input` against `schema`; throws BAD_INPUT (or `code`) naming every problem at once. */
export function parse<S extends z.ZodType>(
  schema: S,
  input: unknown,
  where: string,
  code: ErrorCode = 'BAD_INPUT',
): z.output<S> {
  const result = check(schema, input);
  if (result.ok) return result.value;
  throw problemsError(result.problems, where, code);
}

/** One BelfryError for a list of problems; the text names the first ones, `details` holds all. */
export function problemsError(
  problems: Problem[],
  where: string,
  code: ErrorCode = 'BAD_INPUT',
): BelfryError {
  const [first] = problems;
  const listed = listProblems(problems);
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

/** The first ten problems as one line of text, and how many more there are. */
export function listProblems(problems: readonly Problem[]): string {
  const lines = problems.slice(0, 10).map((p) => (p.field ? `${p.field}: ${p.message}` : p.message));
  const more = problems.length - lines.length;
  return [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

/** `['jobs', 2, 'id']` as `jobs[2].id`. */
export function pathOf(parts: readonly PropertyKey[], prefix = ''): string {
  return parts.reduce<string>(
    (path, part) =>
      typeof part === 'number' ? `${path}[${part}]` : path ? `${path}.${String(part)}` : String(part),
    prefix,
  );
}

function problemsOfIssue(
  issue: z.core.$ZodIssue,
  prefix: string,
  known: (path: PropertyKey[]) => string[] = () => [],
): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const guess = nearest(key, known(issue.path));
      const hint = guess ? `did you mean "${guess}"?` : 'it is misspelt, or of a newer version of Belfry';
      return { field: pathOf([...issue.path, key], prefix), message: `is not a known key; ${hint}` };
    });
  }
  if (issue.code === 'invalid_union') return unionProblems(issue, prefix);
  // Of a record's name that will not do, the schema of names says why.
  if (issue.code === 'invalid_key' && issue.issues.length > 0)
    return issue.issues.map(({ message }) => ({ field: pathOf(issue.path, prefix), message }));
  return [{ field: pathOf(issue.path, prefix), message: issue.message }];
}

const kinds: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list [ … ]',
  object: 'an object { … }',
  record: 'an object { … }',
};

/** Zod's own messages in plain words, where the schema has none. */
function inWords(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'invalid_type') return undefined;
  if (issue.input === undefined) return 'is missing';
  return `must be ${kinds[issue.expected] ?? issue.expected}`;
}

/** Of a union's branches, the one with the fewest complaints is what the writer meant. */
function unionProblems(issue: z.core.$ZodIssueInvalidUnion, prefix: string): Problem[] {
  const here = pathOf(issue.path, prefix);
  const [best] = [...issue.errors].sort((a, b) => a.length - b.length);
  if (!best || best.length === 0) return [{ field: here, message: issue.message }];
  return best.flatMap((inner) => problemsOfIssue(inner, here));
}
