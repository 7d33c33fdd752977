import { bigEndian, latin, type Reader } from '../file-reader.ts';
import { joined, type Piece } from './pieces.ts';

const telling: ReadonlySet<string> = new Set(['eXIf', 'tEXt', 'zTXt', 'iTXt', 'tIME']);
const mostChunks = 200_000;

/** A PNG without the chunks that hold metadata (PNG, 11.3.3 and 11.3.4); undefined when it is damaged. What follows its end goes, too. */
export async function stripPng(file: Reader): Promise<Piece[] | undefined> {
  const pieces: Piece[] = [{ from: 0, to: 8 }];
  let at = 8;
  for (let count = 0; count < mostChunks; count += 1) {
    const head = await file.read(at, 8);
    if (head.byteLength < 8) return undefined;
    const to = at + 12 + bigEndian(head, 0, 4);
    const type = latin(head, 4, 8);
    if (to > file.bytes) return undefined;
    if (!telling.has(type)) pieces.push({ from: at, to });
    if (type === 'IEND') return joined(pieces);
    at = to;
  }
  return undefined;
}
