import { sql } from 'kysely';
import type { HandlerInput, OutputLine } from '../../shared/index.ts';
import type { Database } from './database.ts';
import { type Block, searchBlock, unpackBlock } from './output-blocks.ts';
import { indexedUpTo, mayHold } from './output-index.ts';

export type OutputQuery = HandlerInput<'runs.output'>;

/** Gives the next blocks of a query in its order, none when there are no more. */
type Fetch = () => Promise<Block[]>;

/** Blocks fetched first: a page of lines is rarely spread over more. A search that finds little fetches more at a time. */
const blocksPerFetch = 32;
const mostPerFetch = 128;

/** Lines of one run or of all (`runs.output` of the contract), oldest first. */
export async function readOutput(db: Database, query: OutputQuery): Promise<OutputLine[]> {
  const forward = query.id !== undefined && !query.tail;
  const fetch = await fetching(db, query, forward);
  const { after = 0, search = '' } = query;
  const found: OutputLine[] = [];
  for (let blocks = await fetch(); blocks.length > 0; blocks = await fetch()) {
    for (const block of blocks) {
      const all = search === '' ? unpackBlock(block) : searchBlock(block, search);
      const lines = after === 0 ? all : all.filter((line) => line.seq > after);
      found.push(...(forward ? lines : lines.reverse()));
      if (found.length >= query.limit) break;
    }
    if (found.length >= query.limit) break;
    // Looking through many blocks is long work: others get their turn in between.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const lines = found.slice(0, query.limit);
  return forward ? lines : lines.reverse();
}

async function fetching(db: Database, query: OutputQuery, forward: boolean): Promise<Fetch> {
  const { id, search = '' } = query;
  const indexed = mayHold(search) ? await indexedUpTo(db) : 0;
  if (id !== undefined) return ofRun(db, query, { id, forward, indexed });
  const fresh = ofAll(db, search, indexed);
  return mayHold(search) ? inTurn(fresh, ofIndex(db, search)) : fresh;
}

/** Blocks of one run in the order of their numbers, or against it. */
function ofRun(
  db: Database,
  query: OutputQuery,
  { id, forward, indexed }: { id: string; forward: boolean; indexed: number },
): Fetch {
  const { after, search = '' } = query;
  const known = mayHold(search);
  let edge: number | undefined;
  return async () => {
    let select = db.selectFrom('output').selectAll().where('run_id', '=', id).limit(blocksPerFetch);
    if (after !== undefined)
      select = select.where('last_seq', '>', after).where('first_seq', '>=', (of) =>
        // The block that holds the next line, so that a page at the end of a long run does not walk through all of it.
        of
          .selectFrom('output as edge')
          .where('edge.run_id', '=', id)
          .where('edge.first_seq', '<=', after + 1)
          .select((column) =>
            column.fn.coalesce(column.fn.max('edge.first_seq'), sql<number>`0`).as('first'),
          ),
      );
    if (known) select = select.where(sql<boolean>`(id > ${indexed} OR id IN (${known}))`);
    if (edge !== undefined) select = select.where('first_seq', forward ? '>' : '<', edge);
    const blocks = await select.orderBy('first_seq', forward ? 'asc' : 'desc').execute();
    edge = blocks.at(-1)?.first_seq;
    return blocks;
  };
}

/** Blocks of all runs with an id above `from`, newest first. */
function ofAll(db: Database, search: string, from: number): Fetch {
  let edge: number | undefined;
  return async () => {
    let select = db.selectFrom('output').selectAll().where('id', '>', from).limit(blocksPerFetch);
    // LIKE folds the case of ASCII letters only, so it may sort out blocks for an ASCII text alone.
    if (search !== '' && isAscii(search)) select = select.where('text', 'like', `%${search}%`);
    if (edge !== undefined) select = select.where('id', '<', edge);
    const blocks = await select.orderBy('id', 'desc').execute();
    edge = blocks.at(-1)?.id;
    return blocks;
  };
}

/** Blocks of all runs that the index knows and that may hold `search`, newest first. */
function ofIndex(db: Database, search: string): Fetch {
  const known = mayHold(search);
  let edge = Number.MAX_SAFE_INTEGER;
  let count = blocksPerFetch;
  return async () => {
    const { rows } = await sql<Block & { id: number }>`
      SELECT * FROM output
      WHERE id IN (${known} AND rowid < ${edge} ORDER BY rowid DESC LIMIT ${count})
      ORDER BY id DESC`.execute(db);
    edge = rows.at(-1)?.id ?? 0;
    count = Math.min(count * 2, mostPerFetch);
    return rows;
  };
}

function inTurn(first: Fetch, second: Fetch): Fetch {
  let current = first;
  return async () => {
    const blocks = await current();
    if (blocks.length > 0 || current === second) return blocks;
    current = second;
    return second();
  };
}

function isAscii(text: string): boolean {
  return [...text].every((char) => char <= '\x7f');
}
