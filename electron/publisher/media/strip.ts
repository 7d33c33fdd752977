import { strippable } from './facts.ts';
import { bigEndian, bytesOf, joined, latin, littleEndian32, type Piece, type Reader } from './file-reader.ts';
import { stripFilm } from './film.ts';
import { stripJpeg } from './jpeg.ts';

/** The pieces of a file without what says where it was made; undefined when it is damaged or of another type. */
export async function strip(
  file: Reader,
  { mime, orientation }: { mime: string; orientation: number },
): Promise<Piece[] | undefined> {
  switch (mime) {
    case 'image/jpeg':
      return stripJpeg(file, orientation);
    case 'image/png':
      return stripPng(file);
    case 'image/webp':
      return stripWebp(file);
    default:
      return strippable.has(mime) ? stripFilm(file) : undefined;
  }
}

const telling: ReadonlySet<string> = new Set(['eXIf', 'tEXt', 'zTXt', 'iTXt', 'tIME']);
const mostChunks = 200_000;

/** A PNG without the chunks that hold metadata (PNG, 11.3.3 and 11.3.4); undefined when it is damaged. What follows its end goes, too. */
async function stripPng(file: Reader): Promise<Piece[] | undefined> {
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

const mostWebpChunks = 100_000;
/** In the flags of a VP8X chunk: it has an EXIF chunk, it has an XMP chunk. */
const tellingFlags = 0x08 | 0x04;

/** A WebP without its EXIF and XMP chunks (RFC 9649, 2.7); undefined when it is damaged. */
async function stripWebp(file: Reader): Promise<Piece[] | undefined> {
  const end = Math.min(8 + littleEndian32(await file.read(4, 4), 0), file.bytes);
  const chunks: Piece[] = [];
  let at = 12;
  for (let count = 0; at + 8 <= end; count += 1) {
    const head = await file.read(at, 9);
    const size = littleEndian32(head, 4);
    const to = at + 8 + size + (size % 2);
    if (count > mostWebpChunks || at + 8 + size > file.bytes) return undefined;
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
