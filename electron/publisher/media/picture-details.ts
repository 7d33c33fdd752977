import ExifReader from 'exifreader';
import { latin, type Reader } from './file-reader.ts';
import { channelsOf, type Jpeg, kindOf, readJpeg } from './jpeg.ts';

export type PictureDetails = {
  location: boolean;
  animated: boolean;
  jpeg: 'plain' | 'several' | 'colours' | null;
};

/** A colour profile is some hundred bytes where it is sRGB. */
const profileBytes = 4096;

/** What a picture tells besides its size; `head` is its beginning, which holds the metadata. */
export async function pictureDetails(file: Reader, mime: string, head: Uint8Array): Promise<PictureDetails> {
  const jpeg = mime === 'image/jpeg' ? await readJpeg(file) : undefined;
  return {
    location: hasLocation(head),
    animated: isAnimated(mime, head),
    jpeg: jpeg ? await kindOfJpeg(file, jpeg) : null,
  };
}

/** Whether EXIF or XMP say where a picture was made; the library knows where each format keeps its EXIF, and XMP is plain text. */
function hasLocation(head: Uint8Array): boolean {
  const text = latinOf(head);
  if (/GPS(Dest)?Latitude/.test(text)) return true;
  if (!/Exif\0\0|eXIf|EXIF/.test(text)) return false;
  try {
    const { gps, exif } = ExifReader.load(asArrayBuffer(head), { expanded: true });
    return gps?.Latitude !== undefined || (exif !== undefined && 'GPSLatitude' in exif);
  } catch {
    // Metadata that nobody can read may say anything; better taken out once too often.
    return true;
  }
}

function isAnimated(mime: string, head: Uint8Array): boolean {
  if (mime === 'image/webp') return latin(head, 12, 16) === 'VP8X' && ((head[20] ?? 0) & 0x02) !== 0;
  if (mime === 'image/png') return latinOf(head).includes('acTL');
  if (mime === 'image/avif') return latin(head, 8, 12) === 'avis';
  return mime === 'image/gif' && gifFrames(head) > 1;
}

/** Frames of a GIF as far as its beginning goes, by the descriptors before them (GIF89a, 20); two are enough to know. */
function gifFrames(head: Uint8Array): number {
  const flags = head[10] ?? 0;
  let at = 13 + ((flags & 0x80) !== 0 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  let frames = 0;
  const skipBlocks = () => {
    while ((head[at] ?? 0) !== 0) at += (head[at] ?? 0) + 1;
    at += 1;
  };
  while (at < head.byteLength && frames < 2) {
    const block = head[at];
    if (block === 0x21) {
      at += 2;
      skipBlocks();
    } else if (block === 0x2c) {
      frames += 1;
      const local = head[at + 9] ?? 0;
      at += 11 + ((local & 0x80) !== 0 ? 3 * 2 ** ((local & 7) + 1) : 0);
      skipBlocks();
    } else break;
  }
  return frames;
}

async function kindOfJpeg(file: Reader, jpeg: Jpeg): Promise<'plain' | 'several' | 'colours'> {
  if (channelsOf(jpeg) === 4) return 'colours';
  const profile = jpeg.segments.find((segment) => kindOf(segment) === 'icc');
  if (profile) {
    const content = await file.read(profile.from, Math.min(profile.to - profile.from, profileBytes));
    // Newer profiles write their name in UTF-16.
    if (channelsOf(jpeg) !== 1 && !latinOf(content).replaceAll('\0', '').includes('sRGB')) return 'colours';
  }
  const several = jpeg.segments.some(
    (segment) => kindOf(segment) === 'pictures' && latin(segment.head).startsWith('MPF\0'),
  );
  return several ? 'several' : 'plain';
}

/** Bytes as one character each, however many. */
function latinOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function asArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.byteLength);
  new Uint8Array(copy).set(bytes);
  return copy;
}
