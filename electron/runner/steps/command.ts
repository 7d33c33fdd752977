import { aborted, type Clock, pause } from '../../../shared/index.ts';
import type { Child, Exit, Lost, ReadyCommand } from '../commands/child.ts';
import { endTree, type Tree } from '../processes/end-tree.ts';
import type { Identity, Processes } from '../processes/port.ts';
import { type StepOutcome, stopped, stopReason } from './outcome.ts';
import { type Reading, readInto, readLeftOvers, type TextSink } from './reading.ts';

/** After its process has ended, silence of whatever holds its pipes still is listened to so long, in milliseconds. */
const drain = 2000;
/** The same once its whole tree was ended by force. */
const drainAfterForce = 500;
/** Once the step is stopped, whoever starts commands has so long, in milliseconds, to say what became of this one. */
const answerTime = 2000;
/** Time to end politely, in milliseconds: when stopped, and for what an ended step leaves behind. */
const grace = 5000;
const graceForLeftOvers = 1000;

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
  const readings = [readInto(child.stdout, needs.sinks.stdout), readInto(child.stderr, needs.sinks.stderr)];
  const leader = { pid: child.pid, startedAt: (await child.startedAt) ?? 'unknown' };
  needs.spawned(leader);
  const tree = { runIds: new Set([needs.runId]), leader, since: leader };

  const exit = await Promise.race([child.exited, ended(needs, tree)]);
  if (exit === 'lost') await endTree(needs, tree, grace);
  const held = await drained(needs, child, readings);
  if (held || needs.processes.groupLives(child.pid)) {
    const left = await endTree(needs, tree, needs.signal.aborted ? 0 : graceForLeftOvers);
    if (left.length > 0) needs.say(`Ended ${left.length} processes that the command had left behind.`);
  }
  for (const stream of [child.stdout, child.stderr]) stream.destroy();
  await Promise.all(readings.map(({ over }) => over));
  const reason = stopReason(needs.signal);
  if (reason || exit === 'lost') for (const text of readSoFar(readings)) needs.say(text);
  if (!reason) return exit === 'lost' ? lost : judge(exit, readings);
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

/** Ends the tree once the step is stopped; resolves when that is done, even if the process would not go. */
async function ended(needs: CommandNeeds, tree: Tree): Promise<undefined> {
  await aborted(needs.signal);
  await endTree(needs, tree, grace);
  await pause(needs.clock, drainAfterForce);
}

/**
 * Waits until all that the process wrote has gone into the sinks, however long these take, and for the end of the
 * pipes; true when somebody still holds them. A step that is stopped waits for neither.
 */
async function drained(
  { clock, signal }: CommandNeeds,
  child: Child,
  readings: readonly Reading[],
): Promise<boolean> {
  const over = new AbortController();
  const stop = aborted(signal).then(() => pause(clock, drainAfterForce, over.signal));
  const left = readLeftOvers(clock, readings, drain, over.signal);
  const held = await Promise.race([
    Promise.all([child.exited, ...readings.map(({ over }) => over)]).then(() => false),
    Promise.race([stop, left]).then(() => true),
  ]);
  over.abort('closed'); // A reason of its own, since the default one costs a stack trace.
  return held;
}

/** Where the output of a step that was stopped ends, and whether the command had printed more; nothing when it is silent. */
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

function judge(exit: Exit | undefined, readings: readonly Reading[]): StepOutcome {
  const { code = null, signal = null } = exit ?? {};
  const broken = readings.find((reading) => reading.broken() !== null)?.broken();
  if (code === 0 && broken)
    return { status: 'failed', exitCode: 0, error: `Its output could not be read to the end: ${broken}.` };
  if (code === 0) return { status: 'success', exitCode: 0 };
  const error =
    signal === null ? `It ended with exit code ${code}.` : `It was ended by the signal ${signal}.`;
  return { status: 'failed', exitCode: code, signal, error };
}
