import { latin, littleEndian32, type Reader } from '../file-reader.ts';
import { bytesOf, joined, type Piece } from './pieces.ts';

const mostChunks = 100_000;
/** In the flags of a VP8X chunk: it has an EXIF chunk, it has an XMP chunk. */
const tellingFlags = 0x08 | 0x04;

/** A WebP without its EXIF and XMP chunks (RFC 9649, 2.7); undefined when it is damaged. */
export async function stripWebp(file: Reader): Promise<Piece[] | undefined> {
  const end = Math.min(8 + littleEndian32(await file.read(4, 4), 0), file.bytes);
  const chunks: Piece[] = [];
  let at = 12;
  for (let count = 0; at + 8 <= end; count += 1) {
    const head = await file.read(at, 9);
    const size = littleEndian32(head, 4);
    const to = at + 8 + size + (size % 2);
    if (count > mostChunks || at + 8 + size > file.bytes) return undefined;
    const name = latin(head, 0, 4);
    if (name === 'VP8X') {
      head[8] = (head[8] ?? 0) & ~tellingFlags;
      chunks.push(head, { from: at + 9, to });
    } else if (name !== 'EXIF' && name !== 'XMP ') chunks.push({ from: at, to: Math.min(to, file.bytes) });
    at = to;
  }
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, 4 + bytesOf(chunks), true);
  return joined([{ from: 0, to: 4 }, size, { from: 8, to: 12 }, ...chunks]);
}
