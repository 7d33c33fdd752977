import type { OutputLine, OutputStream } from '../../shared/index.ts';
import { outputStreams, toInstant } from '../../shared/index.ts';
import type { NewLine } from '../runner/ports.ts';

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
const blockSize = 256 * 1024;

/** Packs lines (numbers rising) into blocks; a gap in the numbers or a full block begins the next one. */
export function packLines(runId: string, lines: readonly NewLine[]): Block[] {
  const blocks: Block[] = [];
  let heads: Head[] = [];
  let texts: string[] = [];
  let size = 0;
  let first = 0;
  let last = 0;
  const close = () => {
    if (texts.length === 0) return;
    blocks.push({
      run_id: runId,
      first_seq: first,
      last_seq: last,
      heads: JSON.stringify(heads),
      text: texts.join('\n'),
    });
    heads = [];
    texts = [];
    size = 0;
  };
  for (const line of lines) {
    if (texts.length > 0 && (line.seq !== last + 1 || size >= blockSize)) close();
    if (texts.length === 0) first = line.seq;
    last = line.seq;
    const stream = outputStreams.indexOf(line.stream);
    const head = heads.at(-1);
    if (head && head[1] === line.step && head[2] === line.at && head[3] === stream) head[0] += 1;
    else heads.push([1, line.step, line.at, stream]);
    texts.push(line.text);
    size += line.text.length + 1;
  }
  close();
  return blocks;
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
