import type { OutputLine, OutputStream } from '../../shared/index.ts';
import { outputStreams, toInstant } from '../../shared/index.ts';
import type { LineGroup } from '../runner/ports.ts';

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

/** Characters of text in one block, more or less: small enough to write and read without holding up anything. */
const blockSize = 128 * 1024;

/** Packs groups of lines (numbers rising) into blocks; a gap in the numbers or a full block begins the next one. */
export function packLines(runId: string, groups: readonly LineGroup[]): Block[] {
  const blocks: Block[] = [];
  let open: LineGroup[] = [];
  let size = 0;
  for (const group of groups) {
    const last = open.at(-1);
    if (last && (size >= blockSize || group.first !== endOf(last))) {
      blocks.push(packBlock(runId, open));
      open = [];
      size = 0;
    }
    if (group.texts.length === 0) continue;
    open.push(group);
    for (const text of group.texts) size += text.length + 1;
  }
  if (open.length > 0) blocks.push(packBlock(runId, open));
  return blocks;
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
  const heads = JSON.parse(block.heads) as Head[];
  const texts = block.text.split('\n');
  const lines: OutputLine[] = [];
  for (const [count, step, at, stream] of heads) {
    const common = { runId: block.run_id, step, at: toInstant(at), stream: streamOf(stream) };
    for (let i = 0; i < count; i += 1) {
      lines.push({ ...common, seq: block.first_seq + lines.length, text: texts[lines.length] ?? '' });
    }
  }
  return lines;
}

function streamOf(index: number): OutputStream {
  return outputStreams[index] ?? 'belfry';
}
