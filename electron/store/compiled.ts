import type { Compilable, CompiledQuery, QueryResult } from 'kysely';
import type { Database } from './database.ts';

/** Stands for a value while a query is compiled. */
class Place {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/**
 * A query that is built once and then run with other values: building costs several times what SQLite needs to run it.
 * `build` gets a function that gives the place of each value by its name.
 */
export function compiledOnce<Values extends Record<string, unknown>, Row>(
  build: (
    db: Database,
    place: <Name extends keyof Values & string>(name: Name) => Values[Name],
  ) => Compilable<Row>,
): (db: Database, values: Values) => Promise<QueryResult<Row>> {
  let compiled: CompiledQuery<Row> | undefined;
  return (db, values) => {
    // A place is a Values[Name] to the query builder, which only hands it on to the parameters.
    compiled ??= build(db, (name) => new Place(name) as never).compile();
    const parameters = compiled.parameters.map((value) =>
      value instanceof Place ? values[value.name] : value,
    );
    return db.executeQuery({ ...compiled, parameters });
  };
}
