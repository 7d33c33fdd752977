import type { Readable } from 'node:stream';
import { type Clock, pause } from '../../../shared/index.ts';
import { createDecoder } from '../output/decoder.ts';
import type { Sink } from '../output/recorder.ts';

/** Takes text; where it cannot keep up, `pressure` says what to wait for before more is read. */
export type TextSink = Sink & { pressure(): Promise<void> | undefined };

/** One output stream of a command on its way into a sink. */
export type Reading = {
  /** Resolves when the stream is closed and all that was read of it has gone into the sink. */
  over: Promise<void>;
  isOver(): boolean;
  /** Bytes and ends of lines read so far. */
  bytes(): number;
  lines(): number;
  /** Whether all that was ever written into it has been read. */
  complete(): boolean;
  /** What the sink waits for before more is read; undefined while whatever comes is read at once. */
  held(): Promise<void> | undefined;
  /** Why it could not be read to its end; null when it could. */
  broken(): string | null;
};

/**
 * More bytes than pipes and sockets hold for a reader (some 200 KiB; a system may be set to a few MiB). What is read of
 * a stream beyond them after the end of a process was written after that end.
 */
const pipeHolds = 4 * 1024 * 1024;
/** Turns of the event loop without a byte, after which nothing lies in the pipe: the first may only begin to read. */
const emptyTurns = 3;
/** How often it is looked whether we held the output up, in milliseconds. */
const tick = 100;

/** Feeds a stream to its sink until it ends or is destroyed. */
export function readInto(stream: Readable, sink: TextSink): Reading {
  const decoder = createDecoder();
  let bytes = 0;
  let lines = 0;
  let isOver = false;
  let held: Promise<void> | undefined;
  let broken: string | null = null;
  const relief = async () => {
    stream.pause();
    for (let wait = sink.pressure(); wait; wait = sink.pressure()) await wait;
    held = undefined;
    stream.resume();
  };
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    lines += lineEnds(chunk);
    sink.write(decoder.push(chunk));
    if (!held && sink.pressure()) held = relief();
  });
  stream.on('error', (error) => {
    broken = error.message;
    stream.destroy();
  });
  const over = closed(stream).then(() => {
    isOver = true;
    sink.write(decoder.end());
    sink.end();
  });
  return {
    over,
    isOver: () => isOver,
    bytes: () => bytes,
    lines: () => lines,
    complete: () => stream.readableEnded,
    held: () => held,
    broken: () => broken,
  };
}

/**
 * For the streams of a process that has ended while something else still holds them: resolves once all that the process
 * wrote is in the sinks, and nothing else is worth waiting for. Only time in which we read counts as silence; whatever
 * holds the pipe and writes for ever gets `patience` milliseconds, or as long as it takes to read what a pipe can hold.
 */
export async function readLeftOvers(
  clock: Clock,
  readings: readonly Reading[],
  patience: number,
  signal: AbortSignal,
): Promise<void> {
  const start = clock.monotonic();
  const before = readings.map((reading) => reading.bytes());
  await Promise.all(readings.map((reading) => emptied(reading, signal)));
  const isFlood = () => readings.some((reading, index) => reading.bytes() - (before[index] ?? 0) > pipeHolds);
  for (let left = patience; left > 0 && !signal.aborted; ) {
    const wasFree = await freeFor(clock, readings, signal);
    if (wasFree) left -= tick;
    if (isFlood() && clock.monotonic() - start >= patience) return;
  }
}

/** Resolves once everything that lay in the pipe has been read: when it is found empty, or had more than it can hold. */
async function emptied(reading: Reading, signal: AbortSignal): Promise<void> {
  const before = reading.bytes();
  for (let empty = 0; empty < emptyTurns && !reading.isOver() && !signal.aborted; ) {
    if (reading.bytes() - before > pipeHolds) return;
    const seen = reading.bytes();
    const hold = reading.held();
    await (hold ?? turn());
    empty = hold || reading.held() || reading.bytes() > seen ? 0 : empty + 1;
  }
}

/** Waits a moment, not counting the time that our own sinks take; whether nothing of ours held the output up in it. */
async function freeFor(clock: Clock, readings: readonly Reading[], signal: AbortSignal): Promise<boolean> {
  const holds = readings.flatMap((reading) => reading.held() ?? []);
  if (holds.length > 0) {
    await Promise.all(holds);
    return false;
  }
  await pause(clock, tick, signal);
  return readings.every((reading) => reading.held() === undefined);
}

/** Resolves when a stream is closed, which one without output may be before it is read. */
function closed(stream: Readable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.closed) resolve();
    else stream.once('close', () => resolve());
  });
}

function lineEnds(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count += 1;
  return count;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
