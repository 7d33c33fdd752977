// Statements of node:sqlite in the shape that Kysely's dialect expects.
import type { DatabaseSync, StatementSync } from 'node:sqlite';

const cachedStatements = 256;

/** Runs what SQLite may refuse; may throw another error in its place. */
export type Attempt = <T>(action: () => T) => T;

/** node:sqlite in the shape that Kysely's dialect expects; statements are kept, since preparing costs more than running. */
export function adapt(raw: DatabaseSync, attempt: Attempt) {
  const cache = new Map<string, Adapted>();
  return {
    close: () => raw.close(),
    prepare(sql: string): Adapted {
      const known = cache.get(sql);
      if (known) return known;
      const made = sql.startsWith('PRAGMA incremental_vacuum')
        ? wholly(raw, attempt, sql)
        : sql === 'rollback'
          ? rollback(raw, attempt)
          : adaptStatement(
              attempt(() => raw.prepare(sql)),
              attempt,
            );
      if (cache.size >= cachedStatements) cache.delete(cache.keys().next().value ?? '');
      cache.set(sql, made);
      return made;
    },
  };
}

export type Adapted = {
  reader: boolean;
  all(parameters: readonly unknown[]): unknown[];
  run(parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  iterate(parameters: readonly unknown[]): IterableIterator<unknown>;
};
type Parameters = Parameter[];
type Parameter = null | number | bigint | string | Uint8Array;

function adaptStatement(statement: StatementSync, attempt: Attempt): Adapted {
  const row = rowsOf(statement.columns().map(({ name }) => name));
  statement.setReturnArrays(true);
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => attempt(() => statement.all(...(parameters as Parameters)).map(row)),
    run: (parameters) => attempt(() => statement.run(...(parameters as Parameters))),
    *iterate(parameters) {
      for (const values of statement.iterate(...(parameters as Parameters))) yield row(values);
    },
  };
}

/**
 * Makes objects of rows that came as lists of values. Node's own are slow to make and to read, since each gets its
 * properties one by one; copies of one object share its shape.
 */
function rowsOf(names: readonly string[]): (values: unknown) => unknown {
  const empty = Object.fromEntries(names.map((name) => [name, null as unknown]));
  return (values) => {
    const list = values as unknown[];
    const row = { ...empty };
    for (let index = 0; index < names.length; index += 1) row[names[index] ?? ''] = list[index];
    return row;
  };
}

/** A statement that node:sqlite would step once, which frees one page of many, and that `exec` runs to its end. */
function wholly(raw: DatabaseSync, attempt: Attempt, sql: string): Adapted {
  return {
    reader: false,
    all: () => [],
    run() {
      attempt(() => raw.exec(sql));
      return { changes: 0, lastInsertRowid: 0 };
    },
    iterate: () => [].values(),
  };
}

/**
 * On a full disk SQLite rolls back by itself; a second rollback would fail, and its error would hide the first
 * (https://www.sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction).
 */
function rollback(raw: DatabaseSync, attempt: Attempt): Adapted {
  const nothing = { changes: 0, lastInsertRowid: 0 };
  return {
    reader: false,
    all: () => [],
    run: () => attempt(() => (raw.isTransaction ? raw.prepare('rollback').run() : nothing)),
    iterate: () => [].values(),
  };
}
