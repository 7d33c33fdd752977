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
