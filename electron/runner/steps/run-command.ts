// A command from its start to the end of its process tree and of what it left behind, with its output read to the end.
import type { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { aborted, type Clock, type Log, pause, type StepStatus } from '../../../shared/index.ts';
import type { ReadyCommand } from '../commands/prepare.ts';
import type { Child, Exit, Lost } from '../helper/protocol.ts';
import type { Identity, Processes } from '../linux-processes.ts';
import type { Sink } from '../output/recorder.ts';
import { createDecoder } from '../output/text.ts';
import { endTree, type Tree } from '../processes.ts';
import type { StopReason } from '../run-policy.ts';

/** Once its process has ended, open pipes may stay silent for this long, in milliseconds. */
const silenceAllowed = 2000;
/** The same once its whole process tree was killed. */
const silenceAfterKill = 500;
/** Once the step is stopped, a start that is under way gets this long to report, in milliseconds. */
const startTimeout = 2000;
/** Time to end before processes are killed, in milliseconds: of a stopped step, and of what an ended one leaves behind. */
const grace = 5000;
const graceAfterExit = 1000;

type CommandDeps = {
  clock: Clock;
  processes: Processes;
  /** See `Starter`. */
  start(command: ReadyCommand): Promise<Child | Lost>;
  runId: string;
  signal: AbortSignal;
  sinks: { stdout: TextSink; stderr: TextSink };
  say(text: string): void;
  /** The process was started. */
  spawned(identity: Identity): void;
};

/**
 * Runs one command to its end, whatever it does: resolves at most 9 s after `signal` aborts, with no process of it left.
 * Throws when it cannot be started.
 */
export async function runCommand(deps: CommandDeps, command: ReadyCommand): Promise<StepOutcome> {
  const early = stopReason(deps.signal);
  if (early) return stopped(early);
  const child = await whenStarted(deps, deps.start(command));
  if (child === 'lost') return endUnknown(deps);
  const readings = [readInto(child.stdout, deps.sinks.stdout), readInto(child.stderr, deps.sinks.stderr)];
  const leader = { pid: child.pid, startedAt: (await child.startedAt) ?? 'unknown' };
  deps.spawned(leader);
  const tree = { runIds: new Set([deps.runId]), leader, since: leader };

  const exit = await Promise.race([child.exited, whenStopped(deps, tree)]);
  if (exit === 'lost') await endTree(deps, tree, grace);
  const held = await drained(deps, child, readings);
  if (held || deps.processes.groupLives(child.pid)) {
    const left = await endTree(deps, tree, deps.signal.aborted ? 0 : graceAfterExit);
    if (left.length > 0) deps.say(`Ended ${left.length} processes that the command had left behind.`);
  }
  for (const stream of [child.stdout, child.stderr]) stream.destroy();
  await Promise.all(readings.map(({ over }) => over));
  const reason = stopReason(deps.signal);
  if (reason || exit === 'lost') for (const text of readSoFar(readings)) deps.say(text);
  if (!reason) return exit === 'lost' ? lost : outcomeOf(exit, readings);
  const known = exit === 'lost' ? undefined : exit;
  return { ...stopped(reason), exitCode: known?.code ?? null, signal: known?.signal ?? null };
}

const lost: StepOutcome = {
  status: 'interrupted',
  error: 'The process of Belfry that starts commands ended without warning, and the command was ended.',
};

/** It is unknown whether the command was started: ends every process with the id of its run. */
async function endUnknown(deps: CommandDeps): Promise<StepOutcome> {
  await endTree(deps, { runIds: new Set([deps.runId]) }, deps.signal.aborted ? 0 : grace);
  const reason = stopReason(deps.signal);
  return reason ? stopped(reason) : lost;
}

/** The command once it was started; `lost` when the step is stopped and the start does not report in time. A late one is ended. */
async function whenStarted(deps: CommandDeps, starting: Promise<Child | Lost>): Promise<Child | Lost> {
  const answered = new AbortController();
  const silence = aborted(deps.signal).then(() => pause(deps.clock, startTimeout, answered.signal));
  const child = await Promise.race([starting, silence]).finally(() => answered.abort('answered'));
  if (child) return child;
  void starting.then(
    (late) => (late === 'lost' ? undefined : endLate(deps, late)),
    () => {}, // It was not started, and the step has ended.
  );
  return 'lost';
}

async function endLate(deps: CommandDeps, { pid, startedAt, stdout, stderr }: Child): Promise<void> {
  for (const stream of [stdout, stderr]) stream.destroy();
  const leader = { pid, startedAt: (await startedAt) ?? 'unknown' };
  await endTree(deps, { runIds: new Set([deps.runId]), leader, since: leader }, 0);
}

/** Ends the process tree once the step is stopped; resolves even if a process survived that. */
async function whenStopped(deps: CommandDeps, tree: Tree): Promise<undefined> {
  await aborted(deps.signal);
  await endTree(deps, tree, grace);
  await pause(deps.clock, silenceAfterKill);
}

/**
 * Waits until everything that the process wrote is in the sinks, however long these take, and for the end of the pipes;
 * true when another process still holds them. A stopped step waits for neither.
 */
async function drained(
  { clock, signal }: CommandDeps,
  child: Child,
  readings: readonly Reading[],
): Promise<boolean> {
  const over = new AbortController();
  const stop = aborted(signal).then(() => pause(clock, silenceAfterKill, over.signal));
  const left = readRemaining(clock, readings, silenceAllowed, over.signal);
  const held = await Promise.race([
    Promise.all([child.exited, ...readings.map(({ over }) => over)]).then(() => false),
    Promise.race([stop, left]).then(() => true),
  ]);
  over.abort('closed'); // A reason of its own, since the default one costs a stack trace.
  return held;
}

/** How much of a stopped step's output was read, and whether there was more; [] when it printed nothing. */
function readSoFar(readings: readonly Reading[]): string[] {
  const complete = readings.every((reading) => reading.complete());
  const parts = readings.flatMap((reading, index) => {
    if (complete && reading.bytes() === 0) return [];
    const lines = `${reading.lines()} ${reading.lines() === 1 ? 'line' : 'lines'} (${reading.bytes()} bytes)`;
    return [`${lines} of standard ${index === 0 ? 'output' : 'error'}`];
  });
  if (parts.length === 0) return [];
  return [
    `Read until the step was stopped: ${parts.join(' and ')}, ${complete ? 'which is all of it' : 'and nothing of what came after'}.`,
  ];
}

function outcomeOf(exit: Exit | undefined, readings: readonly Reading[]): StepOutcome {
  const { code = null, signal = null } = exit ?? {};
  const broken = readings.find((reading) => reading.broken() !== null)?.broken();
  if (code === 0 && broken)
    return { status: 'failed', exitCode: 0, error: `Its output could not be read to the end: ${broken}.` };
  if (code === 0) return { status: 'success', exitCode: 0 };
  const error =
    signal === null ? `It ended with exit code ${code}.` : `It was ended by the signal ${signal}.`;
  return { status: 'failed', exitCode: code, signal, error };
}

/** How a step ended. */
export type StepOutcome = {
  status: Extract<StepStatus, 'success' | 'failed' | StopReason>;
  exitCode?: number | null;
  signal?: string | null;
  /** Why it did not succeed, as a sentence. */
  error?: string | null;
  /** JSON value of a step with `"output": "json"`. */
  result?: string | null;
  /** What a built-in step did, or what became of the posts that a command printed. */
  summary?: string;
};

/** Why the signal of a step was aborted. */
export function stopReason(signal: AbortSignal): StopReason | null {
  return signal.aborted ? (signal.reason as StopReason) : null;
}

/** The outcome of a step that was stopped. */
export function stopped(reason: StopReason): StepOutcome {
  return { status: reason, error: sentences[reason] };
}

const sentences: Record<StopReason, string> = {
  'timed-out': 'It took longer than its time-out and was ended.',
  cancelled: 'It was cancelled.',
  interrupted: 'Belfry was stopped while it ran.',
};

/** Takes text; where it cannot keep up, `pressure` is what to wait for before more is read. */
export type TextSink = Sink & { pressure(): Promise<void> | undefined };

/** One output stream of a command on its way into a sink. */
type Reading = {
  /** Resolves when the stream is closed and everything that was read is in the sink. */
  over: Promise<void>;
  isOver(): boolean;
  /** Bytes and ends of lines read so far. */
  bytes(): number;
  lines(): number;
  /** Whether the stream was read to its end. */
  complete(): boolean;
  /** What the sink waits for before more is read; undefined while it takes all that comes. */
  held(): Promise<void> | undefined;
  /** Why it could not be read to its end; null when it could. */
  broken(): string | null;
};

/**
 * More bytes than a pipe or socket buffers (some 200 KiB; a system may be set to a few MiB). What is read beyond them
 * after the end of a process was written after that end.
 */
const pipeHolds = 4 * 1024 * 1024;
/** Turns of the event loop without a byte after which a pipe counts as empty: the first may only begin to read. */
const emptyTurns = 3;
/** How often the silence is measured, in milliseconds. */
const interval = 100;

/** Feeds a stream to its sink until it ends or is destroyed. */
function readInto(stream: Readable, sink: TextSink): Reading {
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
 * Reads on from a process that has ended while another one still holds its pipes: resolves once everything that it wrote
 * is in the sinks, after `silence` milliseconds without output. Only time in which we read counts as silence; a process
 * that keeps writing gets as long, or as long as it takes to read what a pipe can hold.
 */
async function readRemaining(
  clock: Clock,
  readings: readonly Reading[],
  silence: number,
  signal: AbortSignal,
): Promise<void> {
  const start = clock.monotonic();
  const before = readings.map((reading) => reading.bytes());
  await Promise.all(readings.map((reading) => emptied(reading, signal)));
  const isFlood = () => readings.some((reading, index) => reading.bytes() - (before[index] ?? 0) > pipeHolds);
  for (let left = silence; left > 0 && !signal.aborted; ) {
    const wasFree = await freeFor(clock, readings, signal);
    if (wasFree) left -= interval;
    if (isFlood() && clock.monotonic() - start >= silence) return;
  }
}

/** Resolves once the pipe was found empty, or more was read than it can hold. */
async function emptied(reading: Reading, signal: AbortSignal): Promise<void> {
  const before = reading.bytes();
  for (let empty = 0; empty < emptyTurns && !reading.isOver() && !signal.aborted; ) {
    if (reading.bytes() - before > pipeHolds) return;
    const seen = reading.bytes();
    const hold = reading.held();
    await (hold ?? nextTurn());
    empty = hold || reading.held() || reading.bytes() > seen ? 0 : empty + 1;
  }
}

/** Waits for a moment; false when our own sinks held up the output in it. */
async function freeFor(clock: Clock, readings: readonly Reading[], signal: AbortSignal): Promise<boolean> {
  const holds = readings.flatMap((reading) => reading.held() ?? []);
  if (holds.length > 0) {
    await Promise.all(holds);
    return false;
  }
  await pause(clock, interval, signal);
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

/** Ends processes that runs left in sessions of their own, where only the run id in their environment shows whose they are. */
type OrphanReaper = {
  /** A run has ended: its orphans are searched for soon. */
  add(runId: string): void;
  /** Searches now, and resolves when all orphans have ended. */
  finish(): Promise<void>;
};

/** One search serves all runs that ended within this time, in milliseconds: it costs more than a short run. */
const reapDelay = 1000;
const reapGrace = 1000;

export function createOrphanReaper(deps: { processes: Processes; clock: Clock; log: Log }): OrphanReaper {
  let waiting = new Set<string>();
  let work: Promise<void> = Promise.resolve();
  let cancel: (() => void) | undefined;

  const reap = () => {
    cancel?.();
    cancel = undefined;
    const runIds = waiting;
    waiting = new Set();
    if (runIds.size === 0) return;
    work = Promise.all([work, endTree(deps, { runIds }, reapGrace)]).then(
      ([, ended]) => {
        if (ended.length > 0) deps.log('info', 'Ended processes that runs had left behind', { pids: ended });
      },
      (error) => deps.log('error', 'Could not search for orphaned processes', { error: String(error) }),
    );
  };
  return {
    add(runId) {
      waiting.add(runId);
      cancel ??= deps.clock.setTimer(reapDelay, reap);
    },
    finish() {
      reap();
      return work;
    },
  };
}
