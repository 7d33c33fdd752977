import type { FileHandle } from 'node:fs/promises';

/** Bytes of a file by their place: what examines a file reads the few that it needs, however large it is. */
export type Reader = {
  /** Size of the file. */
  bytes: number;
  /** Up to `length` bytes from `offset`; fewer at the end. */
  read(offset: number, length: number): Promise<Uint8Array>;
};

/** A reader over an open file, which stays open. */
export function readerOf(handle: FileHandle, bytes: number): Reader {
  return {
    bytes,
    async read(offset, length) {
      const wanted = Math.max(0, Math.min(length, bytes - offset));
      const buffer = new Uint8Array(wanted);
      const { bytesRead } = await handle.read(buffer, 0, wanted, offset);
      return buffer.subarray(0, bytesRead);
    },
  };
}

/** A reader over bytes in memory. */
export function readerOfBytes(content: Uint8Array): Reader {
  return {
    bytes: content.byteLength,
    read: async (offset, length) => content.subarray(offset, offset + length),
  };
}

/** The unsigned number in these bytes, big-endian. */
export function bigEndian(bytes: Uint8Array, offset: number, length: number): number {
  let value = 0;
  for (let at = offset; at < offset + length; at += 1) value = value * 256 + (bytes[at] ?? 0);
  return value;
}

/** The unsigned number of four bytes, little-endian. */
export function littleEndian32(bytes: Uint8Array, offset: number): number {
  let value = 0;
  for (let at = offset + 3; at >= offset; at -= 1) value = value * 256 + (bytes[at] ?? 0);
  return value;
}

/** Bytes as one character each. */
export function latin(bytes: Uint8Array, from = 0, to = bytes.byteLength): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}

/** A part of a new file: a stretch of the old one, or bytes of its own. */
export type Piece = { from: number; to: number } | Uint8Array;

/** Stretches that touch become one; empty ones go. */
export function joined(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (piece instanceof Uint8Array) {
      if (piece.byteLength > 0) result.push(piece);
    } else if (last !== undefined && !(last instanceof Uint8Array) && last.to === piece.from) {
      result[result.length - 1] = { from: last.from, to: piece.to };
    } else if (piece.to > piece.from) result.push(piece);
  }
  return result;
}

/** Size of the file that the pieces make. */
export function bytesOf(pieces: readonly Piece[]): number {
  return pieces.reduce(
    (sum, piece) => sum + (piece instanceof Uint8Array ? piece.byteLength : piece.to - piece.from),
    0,
  );
}
