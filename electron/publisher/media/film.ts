import { bigEndian, joined, latin, type Piece, type Reader } from './file-reader.ts';

/** A box of an ISO media file (ISO 14496-12, 4.2): its type, where it begins, where its content does, and where it ends. */
export type Box = { type: string; from: number; content: number; to: number };

const mostBoxes = 10_000;
const segmentId = 0x18538067;
/** Boxes that say where a film was made, by the box that they lie in. */
const places: ReadonlySet<string> = new Set(['\u00a9xyz', 'loci']);
const placeKey = 'com.apple.quicktime.location.';

/** The boxes between two offsets; those before a damaged one when there is one. */
export async function boxesIn(file: Reader, from: number, end: number): Promise<Box[]> {
  const boxes: Box[] = [];
  let at = from;
  while (at + 8 <= end && boxes.length < mostBoxes) {
    const head = await file.read(at, 16);
    if (head.byteLength < 8) break;
    const short = bigEndian(head, 0, 4);
    const header = short === 1 ? 16 : 8;
    const size = short === 1 ? bigEndian(head, 8, 8) : short === 0 ? end - at : short;
    if (size < header || at + size > end) break;
    boxes.push({ type: latin(head, 4, 8), from: at, content: at + header, to: at + size });
    at += size;
  }
  return boxes;
}

/** The boxes of a film that say where it was made: user data of cameras, and the keyed values of phones. */
export async function placeBoxes(file: Reader): Promise<Box[]> {
  const moov = (await boxesIn(file, 0, file.bytes)).find(({ type }) => type === 'moov');
  if (!moov) return [];
  const inside = await boxesIn(file, moov.content, moov.to);
  const found: Box[] = [];
  for (const box of inside) {
    if (box.type === 'udta') {
      const data = await boxesIn(file, box.content, box.to);
      found.push(...data.filter(({ type }) => places.has(type)));
    }
    if (box.type === 'meta') found.push(...(await keyedPlaces(file, box)));
  }
  return found;
}

/** Entries of `ilst` are named by their number in `keys` (QuickTime File Format, metadata). */
async function keyedPlaces(file: Reader, meta: Box): Promise<Box[]> {
  // QuickTime has the entries at once, ISO 14496-12 a version before them.
  const plain = await boxesIn(file, meta.content, meta.to);
  const inside = plain.some(({ type }) => type === 'keys')
    ? plain
    : await boxesIn(file, meta.content + 4, meta.to);
  const keys = inside.find(({ type }) => type === 'keys');
  const list = inside.find(({ type }) => type === 'ilst');
  if (!keys || !list) return [];
  const numbers = new Set<number>();
  const entries = await boxesIn(file, keys.content + 8, keys.to);
  for (const [index, { content, to }] of entries.entries()) {
    const name = latin(await file.read(content, Math.min(to - content, 256)));
    if (name.startsWith(placeKey)) numbers.add(index + 1);
  }
  const values = await boxesIn(file, list.content, list.to);
  return values.filter(({ type }) => numbers.has(numberOf(type)));
}

function numberOf(type: string): number {
  return [...type].reduce((value, char) => value * 256 + char.charCodeAt(0), 0);
}

/** A film whose places are emptied: each becomes free space of the same size, so that nothing else moves. */
export async function stripFilm(file: Reader): Promise<Piece[]> {
  const pieces: Piece[] = [];
  let at = 0;
  for (const { from, content, to } of (await placeBoxes(file)).sort((a, b) => a.from - b.from)) {
    const size = await file.read(from, content - from);
    size.set(new TextEncoder().encode('free'), 4);
    pieces.push({ from: at, to: from }, size, new Uint8Array(to - content));
    at = to;
  }
  return joined([...pieces, { from: at, to: file.bytes }]);
}

/** Whether a film ends too early: a download that broke off, a card that was pulled out. */
export async function isCutOff(file: Reader, mime: string): Promise<boolean> {
  if (mime === 'video/webm') return isSegmentCutOff(file);
  const last = (await boxesIn(file, 0, file.bytes)).at(-1);
  const end = last?.to ?? 0;
  // A box needs eight bytes; fewer at the end are filling.
  return end + 8 <= file.bytes;
}

/** Matroska has one segment after its head, which says how long it is, or that it is unknown (RFC 8794, 6; RFC 9559, 5). */
async function isSegmentCutOff(file: Reader): Promise<boolean> {
  const head = await file.read(0, 16);
  const first = varInt(head, 4);
  const at = first === undefined ? file.bytes : 4 + first.length + first.value;
  const segment = await file.read(at, 16);
  if (segment.byteLength < 5 || bigEndian(segment, 0, 4) !== segmentId) return segment.byteLength < 5;
  const size = varInt(segment, 4);
  return size !== undefined && !size.isUnknown && at + 4 + size.length + size.value > file.bytes;
}

/** A number whose first byte tells by its leading zeros how many bytes it has; all ones is unknown (RFC 8794, 4). */
function varInt(
  bytes: Uint8Array,
  at: number,
): { value: number; length: number; isUnknown: boolean } | undefined {
  const length = Math.clz32(bytes[at] ?? 0) - 23;
  if (length > 8 || at + length > bytes.byteLength) return undefined;
  const most = 2 ** (7 * length);
  const value = bigEndian(bytes, at, length) % most;
  return { value, length, isUnknown: value === most - 1 };
}

/** Whether a film can be shown while it is still being fetched: its index comes before its pictures. */
export async function isStreamable(file: Reader): Promise<boolean> {
  const types = (await boxesIn(file, 0, file.bytes)).map(({ type }) => type);
  const index = types.indexOf('moov');
  const content = types.indexOf('mdat');
  return index >= 0 && (content < 0 || index < content);
}
