import type { HandlerInput, OutputLine } from '../../shared/index.ts';
import type { CutRemark, LineGroup } from '../runner/ports.ts';
import type { Database } from './database.ts';
import { type Block, packLines, unpackBlock } from './output-blocks.ts';

export type OutputQuery = HandlerInput<'runs.output'>;

/** Blocks fetched at a time: a page of lines is rarely spread over more. */
const blocksPerFetch = 64;

/** Appends lines to a run; part of the caller's transaction. */
export async function appendLines(db: Database, runId: string, groups: readonly LineGroup[]): Promise<void> {
  for (const block of packLines(runId, groups)) await db.insertInto('output').values(block).execute();
}

/** Removes the blocks that lie whole inside [first, last] and puts one line, numbered `last`, in their place. */
export async function cutLines(
  db: Database,
  runId: string,
  [first, last]: readonly [number, number],
  { text, ...origin }: CutRemark,
): Promise<void> {
  await db
    .deleteFrom('output')
    .where('run_id', '=', runId)
    .where('first_seq', '>=', first)
    .where('last_seq', '<=', last)
    .execute();
  await appendLines(db, runId, [{ ...origin, stream: 'belfry', first: last, texts: [text] }]);
}

/** Lines of one run or of all (`runs.output` of the contract), oldest first. */
export async function readOutput(db: Database, query: OutputQuery): Promise<OutputLine[]> {
  const forward = query.id !== undefined && !query.tail;
  const fetch = query.id === undefined ? ofAll(db, query) : ofRun(db, query, query.id, forward);
  const wanted = matcher(query);
  const found: OutputLine[] = [];
  for (let blocks = await fetch(); blocks.length > 0; blocks = await fetch()) {
    for (const block of blocks) {
      const lines = unpackBlock(block).filter(wanted);
      found.push(...(forward ? lines : lines.reverse()));
      if (found.length >= query.limit) break;
    }
    if (found.length >= query.limit) break;
  }
  const lines = found.slice(0, query.limit);
  return forward ? lines : lines.reverse();
}

type Fetch = () => Promise<Block[]>;

/** Blocks of one run in the order of their numbers, or against it. */
function ofRun(db: Database, query: OutputQuery, id: string, forward: boolean): Fetch {
  let edge: number | undefined;
  return async () => {
    let select = candidates(db, query).where('run_id', '=', id);
    if (query.after !== undefined) select = select.where('last_seq', '>', query.after);
    if (edge !== undefined) select = select.where('first_seq', forward ? '>' : '<', edge);
    const blocks = await select.orderBy('first_seq', forward ? 'asc' : 'desc').execute();
    edge = blocks.at(-1)?.first_seq;
    return blocks;
  };
}

/** Blocks of all runs, newest first. */
function ofAll(db: Database, query: OutputQuery): Fetch {
  let edge: number | undefined;
  return async () => {
    let select = candidates(db, query);
    if (edge !== undefined) select = select.where('id', '<', edge);
    const blocks = await select.orderBy('id', 'desc').execute();
    edge = blocks.at(-1)?.id;
    return blocks;
  };
}

function candidates(db: Database, { search }: OutputQuery) {
  const select = db.selectFrom('output').selectAll().limit(blocksPerFetch);
  // LIKE folds the case of ASCII letters only, so it may sort out blocks for an ASCII text alone.
  return search && isAscii(search) ? select.where('text', 'like', likePattern(search)) : select;
}

function matcher({ after, search }: OutputQuery): (line: OutputLine) => boolean {
  const text = search?.toLowerCase() ?? '';
  return (line) => line.seq > (after ?? 0) && (text === '' || line.text.toLowerCase().includes(text));
}

/** `%` and `_` cannot be taken literally without an escape clause; as wildcards they only let more blocks through. */
function likePattern(search: string): string {
  return `%${search}%`;
}

function isAscii(text: string): boolean {
  return [...text].every((char) => char <= '\x7f');
}
