import { bigEndian, joined, latin, type Piece, type Reader } from './file-reader.ts';

/** A marker segment of a JPEG: where it begins (its 0xFF), where the next one does, and the first bytes of its content. */
type JpegSegment = { marker: number; from: number; to: number; head: Uint8Array };

export type Jpeg = {
  /** Everything before the picture itself, without the marker of the start. */
  segments: readonly JpegSegment[];
  /** Where the first scan begins. */
  scanAt: number;
};

const mostSegments = 2000;
const headBytes = 32;
const startOfScan = 0xda;
const endOfImage = 0xd9;

/** The segments of a JPEG (ITU T.81, B.1.1); undefined when it is damaged before its picture begins. */
export async function readJpeg(file: Reader): Promise<Jpeg | undefined> {
  const segments: JpegSegment[] = [];
  let at = 2;
  while (segments.length < mostSegments) {
    const bytes = await file.read(at, 4 + headBytes);
    const marker = bytes[1] ?? 0;
    if (bytes.byteLength < 4 || bytes[0] !== 0xff) return undefined;
    if (marker === 0xff) {
      at += 1; // Markers may be filled up with 0xFF.
      continue;
    }
    const length = bigEndian(bytes, 2, 2);
    if (marker === startOfScan) return { segments, scanAt: at };
    if (length < 2 || at + 2 + length > file.bytes) return undefined;
    const to = at + 2 + length;
    segments.push({ marker, from: at, to, head: bytes.subarray(4, Math.min(4 + headBytes, 2 + length)) });
    at = to;
  }
  return undefined;
}

/** Where the picture ends, its end marker included; the size of the file when it has none. What follows is no part of it. */
async function endOfJpeg(file: Reader, scanAt: number): Promise<number> {
  const block = 64 * 1024;
  let at = scanAt + 2;
  for (let from = at; from < file.bytes; ) {
    const bytes = await file.read(from, block);
    if (bytes.byteLength < 2) return file.bytes;
    const found = nextMarker(bytes);
    if (found === undefined) {
      from += bytes.byteLength - 1; // A marker may lie across two blocks.
      continue;
    }
    at = from + found;
    if (bytes[found + 1] === endOfImage) return at + 2;
    // Another table or scan of a progressive picture.
    const length = bigEndian(await file.read(at + 2, 2), 0, 2);
    from = at + 2 + Math.max(length, 2);
  }
  return file.bytes;
}

/** The first marker in coded data: 0xFF is followed by 0 where it is data, and by 0xD0 to 0xD7 at a restart. */
function nextMarker(bytes: Uint8Array): number | undefined {
  for (let at = bytes.indexOf(0xff); at >= 0 && at + 1 < bytes.byteLength; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1] ?? 0;
    if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return undefined;
}

/** What a segment is there for, by the name at its start. */
export function kindOf({
  marker,
  head,
}: JpegSegment): 'jfif' | 'exif' | 'xmp' | 'icc' | 'pictures' | 'iptc' | 'other' {
  const name = latin(head);
  if (marker === 0xe0) return 'jfif';
  if (marker === 0xe1) return name.startsWith('Exif\0') ? 'exif' : name.startsWith('http') ? 'xmp' : 'other';
  if (marker === 0xe2) return name.startsWith('ICC_PROFILE\0') ? 'icc' : 'pictures';
  return marker === 0xed ? 'iptc' : 'other';
}

/** Colour channels of a JPEG: 1 grey, 3 colours, 4 for print; undefined when it does not say. */
export function channelsOf({ segments }: Jpeg): number | undefined {
  const frame = segments.find(
    ({ marker }) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker),
  );
  return frame?.head[5];
}

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
