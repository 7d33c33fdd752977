import { imageSize } from 'image-size';
import type { MediaDetails } from '../../networks/index.ts';

export type { MediaDetails };

/** What is said of a file that was added before Belfry looked for these. */
export const noDetails: MediaDetails = {
  location: false,
  animated: false,
  jpeg: null,
  orientation: 1,
  seconds: null,
  framesPerSecond: null,
  videoCodec: null,
  bitDepth: null,
  chroma: null,
  audioCodec: null,
  sampleRate: null,
  channels: null,
  streamable: null,
};

/** What a file is by its content. `width` and `height` are pixels as shown; null where nothing measures them. */
export type MediaFacts = {
  mime: string;
  bytes: number;
  width: number | null;
  height: number | null;
  details: MediaDetails;
};

/** Types that can be freed of their metadata without touching the picture or film itself. */
export const strippable: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/webp',
  'video/mp4',
  'video/quicktime',
]);

const ascii = (head: Uint8Array, from: number, to: number) => String.fromCharCode(...head.subarray(from, to));
const starts = (head: Uint8Array, ...bytes: number[]) => bytes.every((byte, index) => head[index] === byte);

/** Brands of ISO media files (`ftyp`) that are no films. */
const brands: Readonly<Record<string, string>> = {
  avif: 'image/avif',
  avis: 'image/avif',
  heic: 'image/heic',
  heix: 'image/heic',
  hevc: 'image/heic',
  mif1: 'image/heif',
  msf1: 'image/heif',
  'qt  ': 'video/quicktime',
  'M4A ': 'audio/mp4',
};

/** The type of a picture, film or sound by its first 64 bytes, whatever its name says; undefined when it is none of these. */
export function sniff(head: Uint8Array): string | undefined {
  if (starts(head, 0xff, 0xd8, 0xff)) return 'image/jpeg';
  if (starts(head, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'image/png';
  if (ascii(head, 0, 6) === 'GIF87a' || ascii(head, 0, 6) === 'GIF89a') return 'image/gif';
  if (ascii(head, 0, 4) === 'RIFF' && ascii(head, 8, 12) === 'WEBP') return 'image/webp';
  if (ascii(head, 0, 4) === 'RIFF' && ascii(head, 8, 12) === 'WAVE') return 'audio/wav';
  if (ascii(head, 4, 8) === 'ftyp') return brands[ascii(head, 8, 12)] ?? 'video/mp4';
  if (starts(head, 0x1a, 0x45, 0xdf, 0xa3)) return 'video/webm';
  if (ascii(head, 0, 4) === 'OggS') return ascii(head, 28, 35).includes('theora') ? 'video/ogg' : 'audio/ogg';
  if (ascii(head, 0, 4) === 'fLaC') return 'audio/flac';
  if (ascii(head, 0, 3) === 'ID3' || (head[0] === 0xff && ((head[1] ?? 0) & 0xe6) === 0xe2))
    return 'audio/mpeg';
  return undefined;
}

/** Bytes from the start of a picture that hold its size, a long EXIF block before it included. */
export const dimensionBytes = 512 * 1024;

const measured: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);

/** Whether pictures of this type are always measured: one that cannot be is damaged. */
export function isMeasured(mime: string): boolean {
  return measured.has(mime);
}

/** Width and height in pixels as the picture is shown (turned by its EXIF orientation); undefined when unknown. */
export function dimensions(
  head: Uint8Array,
): { width: number; height: number; orientation: number } | undefined {
  try {
    const { width, height, orientation = 1 } = imageSize(head);
    if (!(width > 0 && height > 0)) return undefined;
    return orientation >= 5 ? { width: height, height: width, orientation } : { width, height, orientation };
  } catch {
    return undefined; // The library throws for everything that it cannot read; the caller says so with the file's name.
  }
}
