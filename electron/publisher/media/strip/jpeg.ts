import type { Reader } from '../file-reader.ts';
import { endOfJpeg, kindOf, readJpeg } from '../jpeg.ts';
import { joined, type Piece } from './pieces.ts';

/** What may say where, when and with what a picture was made; colours and shape are elsewhere. */
const telling: ReadonlySet<string> = new Set(['exif', 'xmp', 'iptc', 'pictures']);

/**
 * A JPEG without its metadata, the picture untouched: the segments that hold them are left out, and whatever follows the
 * picture (a second one, a film) with them. `orientation` (EXIF, 1…8) is kept, or a photo would lie on its side.
 */
export async function stripJpeg(file: Reader, orientation: number): Promise<Piece[] | undefined> {
  const jpeg = await readJpeg(file);
  if (!jpeg) return undefined;
  const kept = jpeg.segments.filter((segment) => !telling.has(kindOf(segment)));
  const first = kept.filter((segment) => kindOf(segment) === 'jfif');
  const rest = kept.filter((segment) => kindOf(segment) !== 'jfif');
  return joined(
    [
      { from: 0, to: 2 },
      ...first,
      ...(orientation > 1 && orientation <= 8 ? [exifWith(orientation)] : []),
      ...rest,
      { from: jpeg.scanAt, to: await endOfJpeg(file, jpeg.scanAt) },
    ].map((piece) => ('from' in piece ? { from: piece.from, to: piece.to } : piece)),
  );
}

/** An EXIF segment that says the orientation and nothing else (CIPA DC-008, tag 0x0112). */
function exifWith(orientation: number): Uint8Array {
  const tiff = [
    0x4d,
    0x4d,
    0,
    42,
    0,
    0,
    0,
    8,
    0,
    1,
    0x01,
    0x12,
    0,
    3,
    0,
    0,
    0,
    1,
    0,
    orientation,
    0,
    0,
    0,
    0,
    0,
    0,
  ];
  const content = [...new TextEncoder().encode('Exif\0\0'), ...tiff];
  return Uint8Array.from([0xff, 0xe1, 0, content.length + 2, ...content]);
}
