// The output of a run on its way to the ledger: in batches, and cut to a head and a tail where it is too long.
import {
  type Clock,
  type Millis,
  type OutputLine,
  type OutputStream,
  toInstant,
} from '../../../shared/index.ts';
import type { LineGroup, RunLedger } from '../../store/index.ts';
import { createLineSplitter, type Mask } from './text.ts';

/** Takes the text of one stream of one step. */
export type Sink = { write(text: string): void; end(): void };

/** Everything that a run prints, on its way to the ledger and to clients. */
export type Recorder = {
  sink(step: number, stream: OutputStream): Sink;
  /** A remark by Belfry itself. */
  say(step: number, text: string): void;
  /** What to wait for before reading on; undefined while more can be taken. */
  pressure(): Promise<void> | undefined;
  /** Resolves once everything written so far is durable. Rejects when it cannot be stored. */
  drain(): Promise<void>;
};

type RecorderDeps = {
  clock: Clock;
  ledger: Pick<RunLedger, 'append' | 'cut'>;
  mask: Mask;
  runId: string;
  /** Characters kept. */
  limit: number;
  announce(lines: OutputLine[]): void;
  /** The output can no longer be stored; called once. */
  failed(error: unknown): void;
};

/** Lines wait at most this long, in milliseconds, before they are stored and announced. */
const flushDelay = 100;
/** The same while lines come faster than they are worth writing. */
const floodDelay = 400;
/** This many characters are stored without waiting for the delay. */
const fullBatch = 128 * 1024;
/** Characters that may wait in memory; beyond them the command has to wait or, in the tail of the output, the oldest lines are dropped. */
const most = 8 * 1024 * 1024;
/** Lines announced per batch; a client that wants all reads them from the store. */
const announced = 500;

/** Records the output of one run: batched, masked, capped at head and tail, never more in memory than `most`. */
export function createRecorder(deps: RecorderDeps): Recorder {
  const { clock, ledger, mask, runId, limit } = deps;
  const cap = createCap(limit);
  let waiting: LineGroup[] = [];
  let size = 0;
  let next = 1;
  let flooded = false;
  let flushing: Promise<void> | undefined;
  let cancelTimer: (() => void) | undefined;
  let broken: { error: unknown } | undefined;

  function add(step: number, stream: OutputStream, texts: string[], at: Millis): void {
    if (texts.length === 0 || broken) return;
    const group = { first: next, step, at, stream, texts };
    next += texts.length;
    waiting.push(group);
    size += sizeOf(group);
    if (onlyNewest()) dropOldest();
    soon();
  }

  /** Where the tail fits into memory, lines that a flood pushes out of it need not be written first. */
  function onlyNewest(): boolean {
    return cap.headFull() && limit / 2 <= most;
  }

  function dropOldest(): void {
    let count = 0;
    for (const group of waiting) {
      if (size - sizeOf(group) < limit / 2) break;
      size -= sizeOf(group);
      cap.lost(storedOf([group]));
      count += 1;
    }
    if (count === 0) return;
    waiting = waiting.slice(count);
    flooded = true;
  }

  function soon(): void {
    if (flushing || waiting.length === 0 || broken) return;
    if (size >= fullBatch && !onlyNewest()) start();
    else cancelTimer ??= clock.setTimer(flooded ? floodDelay : flushDelay, start);
  }

  function start(): void {
    cancelTimer?.();
    cancelTimer = undefined;
    flushing ??= flush().then(() => {
      flushing = undefined;
      soon();
    });
  }

  async function flush(): Promise<void> {
    flooded = false;
    try {
      for (let left = size; left > 0 && waiting.length > 0; ) {
        const batch = takeBatch();
        await ledger.append(runId, batch);
        deps.announce(newest(runId, batch));
        const stored = storedOf(batch);
        await cutOff(cap.stored(stored));
        left -= stored.size;
      }
    } catch (error) {
      broken = { error };
      waiting = [];
      size = 0;
      deps.failed(error);
    }
  }

  function takeBatch(): LineGroup[] {
    // What is stored in one piece is cut in one piece, so pieces have to be small compared with the limit.
    const enough = Math.min(fullBatch, limit / 8, cap.left());
    let taken = 0;
    const end = waiting.findIndex((group) => {
      taken += sizeOf(group);
      return taken >= enough;
    });
    const batch = waiting.slice(0, end < 0 ? waiting.length : end + 1);
    waiting = waiting.slice(batch.length);
    size -= taken;
    return batch;
  }

  async function cutOff(cut: Cut | undefined): Promise<void> {
    if (!cut) return;
    const text = `${cut.lines} lines (${cut.size} characters) were cut here: a run keeps ${limit} characters, the first and the last half`;
    await ledger.cut(runId, cut.first, cut.last, { step: 0, at: clock.now(), text });
  }

  return {
    sink(step, stream) {
      const masked = mask.stream();
      const lines = createLineSplitter();
      return {
        write(text) {
          const at = clock.now();
          add(step, stream, lines.push(masked.push(text), at), at);
        },
        end() {
          const at = clock.now();
          add(step, stream, [...lines.push(masked.end(), at), ...lines.end()], at);
        },
      };
    },
    say: (step, text) => add(step, 'belfry', mask.text(text).split('\n'), clock.now()),
    pressure() {
      if (size < most || onlyNewest()) return undefined;
      start();
      return flushing;
    },
    async drain() {
      while (waiting.length > 0 || flushing) {
        start();
        await flushing;
      }
      if (broken) throw broken.error;
      await cutOff(cap.rest());
    },
  };
}

function storedOf(groups: readonly LineGroup[]) {
  const first = groups[0]?.first ?? 0;
  const last = groups.at(-1);
  return {
    first,
    last: last ? last.first + last.texts.length - 1 : 0,
    size: groups.reduce((sum, group) => sum + sizeOf(group), 0),
  };
}

const sizes = new WeakMap<LineGroup, number>();

/** Characters of a group. */
function sizeOf(group: LineGroup): number {
  const known = sizes.get(group);
  if (known !== undefined) return known;
  const size = group.texts.reduce((sum, text) => sum + text.length + 1, 0);
  sizes.set(group, size);
  return size;
}

function newest(runId: string, groups: readonly LineGroup[]): OutputLine[] {
  const lines: OutputLine[] = [];
  for (const { first, step, at, stream, texts } of [...groups].reverse()) {
    const skip = Math.max(0, texts.length - (announced - lines.length));
    const common = { runId, step, at: toInstant(at), stream };
    lines.unshift(...texts.slice(skip).map((text, i) => ({ ...common, seq: first + skip + i, text })));
    if (lines.length >= announced) break;
  }
  return lines;
}

/** What one append stored: numbers of its first and last line, and its size in characters. */
type Stored = { first: number; last: number; size: number };
/** Lines to remove, first and last inclusive, with the lines and characters removed since the first cut. */
type Cut = { first: number; last: number; lines: number; size: number };

/** Decides what of a run's output is kept: its head, and its tail within the rest of the limit. */
type Cap = {
  /** True once the head is full: from here on only the newest matters. */
  headFull(): boolean;
  /** Size that the next append should not go beyond, so that the head does not take what belongs to the tail. */
  left(): number;
  /** Records an append; returns what to cut now, if anything. */
  stored(piece: Stored): Cut | undefined;
  /** Records lines that were dropped before they were stored; all older lines of the tail are cut too. */
  lost(piece: Stored): void;
  /** What is still to be cut at the end of the run. */
  rest(): Cut | undefined;
};

/** Each cut is a transaction, so a cut waits until it removes a quarter of the tail. */
const pieces = 4;

/** A cap of `limit` characters, half of it for the head. */
function createCap(limit: number): Cap {
  const half = limit / 2;
  let headSize = 0;
  let headLast = 0;
  let tail: Stored[] = [];
  let tailSize = 0;
  const removed = { last: 0, lines: 0, size: 0 };
  let uncut = 0;

  const drop = (piece: Stored) => {
    removed.last = Math.max(removed.last, piece.last);
    removed.lines += piece.last - piece.first + 1;
    removed.size += piece.size;
    uncut += piece.size;
  };
  const cut = (): Cut => {
    uncut = 0;
    return { first: headLast + 1, ...removed };
  };
  const headFull = () => headSize >= half;

  return {
    headFull,
    left: () => (headFull() ? Number.POSITIVE_INFINITY : half - headSize),
    stored(piece) {
      if (!headFull()) {
        headSize += piece.size;
        headLast = piece.last;
        return undefined;
      }
      // Newer lines were dropped while this was being written: it is too old to be kept.
      if (piece.first <= removed.last) drop(piece);
      else {
        tail.push(piece);
        tailSize += piece.size;
      }
      while (tail[0] && tailSize - tail[0].size >= half) {
        tailSize -= tail[0].size;
        drop(tail[0]);
        tail.shift();
      }
      return uncut > half / pieces ? cut() : undefined;
    },
    lost(piece) {
      for (const older of tail) drop(older);
      tail = [];
      tailSize = 0;
      drop(piece);
    },
    rest: () => (uncut > 0 ? cut() : undefined),
  };
}
