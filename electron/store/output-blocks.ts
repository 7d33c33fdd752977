import { type OutputLine, type OutputStream, outputStreams, toInstant } from '../../shared/index.ts';
import type { Database } from './database.ts';
import type { CutRemark, LineGroup } from './ledgers.ts';

/** Neighbouring lines of one origin: how many, of which step, when, index into `outputStreams`. */
type Head = [count: number, step: number, at: number, stream: number];

/** Lines as one row of `output`: all of one run, with consecutive numbers. */
export type Block = {
  run_id: string;
  first_seq: number;
  last_seq: number;
  heads: string;
  text: string;
};

/**
 * Characters of text in one block, more or less. The search index knows blocks, not lines: the smaller they are, the
 * fewer are looked through in vain, and the more rows there are.
 */
const blockSize = 32 * 1024;

/** Packs groups of lines (numbers rising) into blocks; a gap in the numbers or a full block begins the next one. */
export function packLines(runId: string, groups: readonly LineGroup[]): Block[] {
  const blocks: Block[] = [];
  let open: LineGroup[] = [];
  let space = blockSize;
  const close = () => {
    if (open.length > 0) blocks.push(packBlock(runId, open));
    open = [];
    space = blockSize;
  };
  for (const group of groups) {
    if (open.length > 0 && group.first !== endOf(open.at(-1))) close();
    for (let from = 0; from < group.texts.length; ) {
      const part = head(group, from, space);
      open.push(part.group);
      space -= part.size;
      from += part.group.texts.length;
      if (space <= 0) close();
    }
  }
  close();
  return blocks;
}

/** The lines of a group from `from` on that fill `space`, at least one. */
function head(group: LineGroup, from: number, space: number): { group: LineGroup; size: number } {
  let size = 0;
  let end = from;
  while (end < group.texts.length && size < space) {
    size += (group.texts[end]?.length ?? 0) + 1;
    end += 1;
  }
  const whole = from === 0 && end === group.texts.length;
  return {
    group: whole ? group : { ...group, first: group.first + from, texts: group.texts.slice(from, end) },
    size,
  };
}

function packBlock(runId: string, groups: readonly LineGroup[]): Block {
  const heads = groups.map(
    ({ texts, step, at, stream }): Head => [texts.length, step, at, outputStreams.indexOf(stream)],
  );
  return {
    run_id: runId,
    first_seq: groups[0]?.first ?? 0,
    last_seq: endOf(groups.at(-1)) - 1,
    heads: JSON.stringify(heads),
    text: groups.map((group) => group.texts.join('\n')).join('\n'),
  };
}

/** The number after a group's last line. */
function endOf(group: LineGroup | undefined): number {
  return group ? group.first + group.texts.length : 0;
}

/** The lines of a block as clients see them. */
export function unpackBlock(block: Block): OutputLine[] {
  return unpack(block, block.text.split('\n'), () => true);
}

/** The lines of a block that hold `search`, whatever the case. */
export function searchBlock(block: Block, search: string): OutputLine[] {
  const wanted = search.toLowerCase();
  const folded = block.text.toLowerCase();
  if (!folded.includes(wanted)) return [];
  const lines = folded.split('\n');
  return unpack(block, block.text.split('\n'), (at) => lines[at]?.includes(wanted) === true);
}

function unpack(block: Block, texts: readonly string[], wanted: (at: number) => boolean): OutputLine[] {
  const lines: OutputLine[] = [];
  let at = 0;
  for (const [count, step, time, stream] of JSON.parse(block.heads) as Head[]) {
    const common = { runId: block.run_id, step, at: toInstant(time), stream: streamOf(stream) };
    for (const end = at + count; at < end; at += 1) {
      if (wanted(at)) lines.push({ ...common, seq: block.first_seq + at, text: texts[at] ?? '' });
    }
  }
  return lines;
}

function streamOf(index: number): OutputStream {
  return outputStreams[index] ?? 'belfry';
}

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
