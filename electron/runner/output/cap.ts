/** What one append stored: numbers of its first and last line, and its size in characters. */
export type Stored = { first: number; last: number; size: number };
/** Lines that must go, first and last inclusive, and how much has gone in all since the first cut. */
export type Cut = { first: number; last: number; lines: number; size: number };

/** Decides what of a run's output is kept: its head, and its tail within the rest of the limit. */
export type Cap = {
  /** True once the head is full: from here on only the newest matters. */
  headFull(): boolean;
  /** Size that the next append should not go beyond, so that the head does not take what belongs to the tail. */
  room(): number;
  /** Takes note of an append; gives what must be cut now, if anything. */
  stored(piece: Stored): Cut | undefined;
  /** Takes note of lines that were thrown away before they were stored; everything of the tail before them goes too. */
  lost(piece: Stored): void;
  /** What was decided but not yet handed out. */
  rest(): Cut | undefined;
};

/** Cuts are handed out in pieces of a quarter of the tail, since each is a transaction. */
const pieces = 4;

/** A cap of `limit` characters, half of it for the head. */
export function createCap(limit: number): Cap {
  const half = limit / 2;
  let headSize = 0;
  let headLast = 0;
  let tail: Stored[] = [];
  let tailSize = 0;
  const gone = { last: 0, lines: 0, size: 0 };
  let owed = 0;

  const drop = (piece: Stored) => {
    gone.last = Math.max(gone.last, piece.last);
    gone.lines += piece.last - piece.first + 1;
    gone.size += piece.size;
    owed += piece.size;
  };
  const cut = (): Cut => {
    owed = 0;
    return { first: headLast + 1, ...gone };
  };
  const headFull = () => headSize >= half;

  return {
    headFull,
    room: () => (headFull() ? Number.POSITIVE_INFINITY : half - headSize),
    stored(piece) {
      if (!headFull()) {
        headSize += piece.size;
        headLast = piece.last;
        return undefined;
      }
      // Newer lines were thrown away while this was being written: it is too old to be kept.
      if (piece.first <= gone.last) drop(piece);
      else {
        tail.push(piece);
        tailSize += piece.size;
      }
      while (tail[0] && tailSize - tail[0].size >= half) {
        tailSize -= tail[0].size;
        drop(tail[0]);
        tail.shift();
      }
      return owed > half / pieces ? cut() : undefined;
    },
    lost(piece) {
      for (const older of tail) drop(older);
      tail = [];
      tailSize = 0;
      drop(piece);
    },
    rest: () => (owed > 0 ? cut() : undefined),
  };
}
