import type { Readable } from 'node:stream';
import type { Clock } from '../../../shared/index.ts';
import { type Child, closed, type Exit, type Lost, type ReadyCommand } from '../commands/child.ts';
import { createDecoder } from '../output/decoder.ts';
import type { Sink } from '../output/recorder.ts';
import { pause } from '../pause.ts';
import { endTree, type Identity, type Processes, type Tree } from '../processes/index.ts';
import { type StepOutcome, stopped, stopReason } from './outcome.ts';

/** After its process has ended, output that still comes (a grandchild holds the pipe) is read so long, in milliseconds. */
const drain = 2000;
/** The same once its whole tree was ended by force. */
const drainAfterForce = 500;
/** Once the step is stopped, whoever starts commands has so long, in milliseconds, to say what became of this one. */
const answerTime = 2000;
/** Time to end politely, in milliseconds: when stopped, and for what an ended step leaves behind. */
const grace = 5000;
const graceForLeftOvers = 1000;

/** Takes text; where it cannot keep up, `pressure` says what to wait for before more is read. */
export type TextSink = Sink & { pressure(): Promise<void> | undefined };

export type CommandNeeds = {
  clock: Clock;
  processes: Processes;
  /** Starts a command: see `Starter`. */
  start(command: ReadyCommand): Promise<Child | Lost>;
  runId: string;
  signal: AbortSignal;
  sinks: { stdout: TextSink; stderr: TextSink };
  say(text: string): void;
  /** The process was started. */
  spawned(identity: Identity): void;
};

/**
 * Runs one command to its end, whatever it does: resolves at most 9 s after `signal` aborts, with nothing of it left.
 * Throws when it cannot be started.
 */
export async function runCommand(needs: CommandNeeds, command: ReadyCommand): Promise<StepOutcome> {
  const early = stopReason(needs.signal);
  if (early) return stopped(early);
  const child = await begun(needs, needs.start(command));
  if (child === 'lost') return cutOff(needs);
  const read = [reading(child.stdout, needs.sinks.stdout), reading(child.stderr, needs.sinks.stderr)];
  const leader = { pid: child.pid, startedAt: (await child.startedAt) ?? 'unknown' };
  needs.spawned(leader);
  const tree = { runIds: new Set([needs.runId]), leader, since: leader };

  const exit = await Promise.race([child.exited, ended(needs, tree)]);
  if (exit === 'lost') await endTree(needs, tree, grace);
  const held = await drained(needs, child);
  if (held || needs.processes.groupLives(child.pid)) {
    const left = await endTree(needs, tree, needs.signal.aborted ? 0 : graceForLeftOvers);
    if (left.length > 0) needs.say(`Ended ${left.length} processes that the command had left behind.`);
  }
  for (const stream of [child.stdout, child.stderr]) stream.destroy();
  await Promise.all(read);
  const reason = stopReason(needs.signal);
  if (!reason) return exit === 'lost' ? lost : judge(exit);
  const known = exit === 'lost' ? undefined : exit;
  return { ...stopped(reason), exitCode: known?.code ?? null, signal: known?.signal ?? null };
}

const lost: StepOutcome = {
  status: 'interrupted',
  error: 'The process of Belfry that starts commands ended without warning, and the command was ended.',
};

/** Nobody knows whether the command was started: what carries the mark of its run is ended. */
async function cutOff(needs: CommandNeeds): Promise<StepOutcome> {
  await endTree(needs, { runIds: new Set([needs.runId]) }, needs.signal.aborted ? 0 : grace);
  const reason = stopReason(needs.signal);
  return reason ? stopped(reason) : lost;
}

/** The command that was started; `lost` too when the step is stopped and no answer comes. What comes later is ended. */
async function begun(needs: CommandNeeds, starting: Promise<Child | Lost>): Promise<Child | Lost> {
  const answered = new AbortController();
  const silence = aborted(needs.signal).then(() => pause(needs.clock, answerTime, answered.signal));
  const child = await Promise.race([starting, silence]).finally(() => answered.abort('answered'));
  if (child) return child;
  void starting.then(
    (late) => (late === 'lost' ? undefined : endLate(needs, late)),
    () => {}, // It was not started, and the step is over anyway.
  );
  return 'lost';
}

async function endLate(needs: CommandNeeds, { pid, startedAt, stdout, stderr }: Child): Promise<void> {
  for (const stream of [stdout, stderr]) stream.destroy();
  const leader = { pid, startedAt: (await startedAt) ?? 'unknown' };
  await endTree(needs, { runIds: new Set([needs.runId]), leader, since: leader }, 0);
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

/** Ends the tree once the step is stopped; resolves when that is done, even if the process would not go. */
async function ended(needs: CommandNeeds, tree: Tree): Promise<undefined> {
  await aborted(needs.signal);
  await endTree(needs, tree, grace);
  await pause(needs.clock, drainAfterForce);
}

/** Waits for the rest of the output; true when somebody still holds the pipes. */
async function drained({ clock, signal }: CommandNeeds, child: Child): Promise<boolean> {
  const inTime = new AbortController();
  const timer = pause(clock, signal.aborted ? drainAfterForce : drain, inTime.signal).then(() => true);
  const held = await Promise.race([child.closed.then(() => false), timer]);
  inTime.abort('closed'); // A reason of its own, since the default one costs a stack trace.
  return held;
}

/** Feeds a stream to its sink until it ends or is destroyed. */
function reading(stream: Readable, sink: TextSink): Promise<void> {
  const decoder = createDecoder();
  const relief = async () => {
    stream.pause();
    for (let wait = sink.pressure(); wait; wait = sink.pressure()) await wait;
    stream.resume();
  };
  stream.on('data', (chunk: Buffer) => {
    sink.write(decoder.push(chunk));
    if (sink.pressure()) void relief();
  });
  // A broken pipe is an end of output like any other: what matters is the exit code.
  stream.on('error', () => stream.destroy());
  return closed(stream).then(() => {
    sink.write(decoder.end());
    sink.end();
  });
}

function judge(exit: Exit | undefined): StepOutcome {
  const { code = null, signal = null } = exit ?? {};
  if (code === 0) return { status: 'success', exitCode: 0 };
  const error =
    signal === null ? `It ended with exit code ${code}.` : `It was ended by the signal ${signal}.`;
  return { status: 'failed', exitCode: code, signal, error };
}
