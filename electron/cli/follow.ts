import {
  exitCodes,
  type OutputLine,
  type RunStatus,
  type RunView,
  runTransitions,
} from '../../shared/index.ts';
import type { Context, Io } from './context.ts';
import { counted, oneLine, paintStatus, plain } from './terminal.ts';
import { timeOfDay } from './when.ts';

/** Lines asked for at once when announcements were collapsed. */
const page = 1000;

/** Whether a run has reached its end. */
function isOver(status: RunStatus): boolean {
  return runTransitions[status].length === 0;
}

/**
 * Passes the lines of one run as they come, from the one after `after`, until the run is over; gives its last state.
 * An announcement only says that there is something new: lines are always asked for, so that none is lost or out of order.
 * Throws NOT_RUNNING when the engine ends before the run.
 */
export async function followRun(
  context: Context,
  id: string,
  pass: (line: OutputLine) => void,
  after = 0,
): Promise<RunView> {
  const client = await context.client();
  const bell = createBell();
  const leave = client.subscribe((announcement) => {
    if (announcement.name === 'runs.output' && announcement.runId === id) bell.ring();
    if (announcement.name === 'runs.changed' && announcement.run.id === id) bell.ring();
  });
  void client.closed().then(bell.ring);
  try {
    for (let last = after; ; await bell.rung()) {
      // The state is read before the lines: what a finished run wrote is then all there.
      const run = await context.call('runs.get', { id });
      last = await passNew(context, id, last, pass);
      if (isOver(run.status)) return run;
    }
  } finally {
    leave();
  }
}

/** Passes the lines of all runs as they come. Throws NOT_RUNNING when the engine ends; nothing else ends it. */
export async function followAll(context: Context, pass: (line: OutputLine) => void): Promise<never> {
  const client = await context.client();
  const once = onceOnly(pass, (runId, missing) =>
    context.io.err(`${counted(missing, 'line')} of run ${runId} came too fast; see belfry logs ${runId}\n`),
  );
  client.subscribe((announcement) => {
    if (announcement.name === 'runs.output') once(announcement.lines);
  });
  await client.closed();
  // A client that is closed answers every call with the reason.
  await context.call('status.get', {});
  throw new Error('The connection was closed');
}

async function passNew(
  context: Context,
  id: string,
  after: number,
  pass: (line: OutputLine) => void,
): Promise<number> {
  let last = after;
  for (;;) {
    const lines = await context.call('runs.output', { id, after: last, limit: page });
    for (const line of lines) pass(line);
    last = lines.at(-1)?.seq ?? last;
    if (lines.length < page) return last;
  }
}

/** Wakes a waiter once for any number of rings, also for those from before it waited. */
export function createBell() {
  let rang = false;
  let wake = () => {};
  return {
    ring() {
      rang = true;
      wake();
    },
    async rung() {
      if (!rang) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      rang = false;
    },
  };
}

/**
 * Says that a run was started; with `wait` passes its output on until it ends. Gives the exit code: with `wait` 0 for
 * success and 1 for every other end.
 */
export async function showStarted(context: Context, run: RunView, wait: boolean): Promise<number> {
  if (wait) return await untilEnd(context, run);
  context.show(
    run,
    ({ id, jobName, status }) =>
      `${oneLine(jobName)} is ${status} as run ${id}; see belfry logs ${id} --follow`,
  );
  return exitCodes.done;
}

async function untilEnd(context: Context, started: RunView): Promise<number> {
  const { io, json, paint } = context;
  const interrupted = interruption(io);
  const following = followRun(context, started.id, (line) => {
    if (!json) print(context, line);
  });
  const ended = await Promise.race([following, interrupted.promise]).finally(interrupted.leave);
  if (!ended) {
    // The run belongs to the engine; only this command ends.
    io.err(`\nThe run goes on: belfry logs ${started.id} --follow, or belfry runs cancel ${started.id}\n`);
    return interruptedCode;
  }
  context.show(ended, () => '');
  if (!json) {
    const reason = ended.reason === null ? '' : `: ${oneLine(ended.reason)}`;
    io.err(`${oneLine(ended.jobName)}: ${paintStatus(paint, ended.status)}${reason}\n`);
  }
  return ended.status === 'success' ? exitCodes.done : exitCodes.failed;
}

/** The job's own words as they are, each on its own stream, so that they can be piped on. */
function print({ io, paint }: Context, line: OutputLine): void {
  const text = `${plain(line.text)}\n`;
  if (line.stream === 'stdout') io.out(text);
  else io.err(line.stream === 'belfry' ? paint('dim', text) : text);
}

/** One line of output as text: time, the run when lines of several are mixed, text. */
export function lineText({ paint, io }: Context, line: OutputLine, mixed: boolean): string {
  const time = paint('dim', timeOfDay(line.at, io.timezone));
  const run = mixed ? ` ${paint('cyan', line.runId)}` : '';
  const text = plain(line.text);
  if (line.stream === 'stderr') return `${time}${run} ${paint('yellow', text)}`;
  return `${time}${run} ${line.stream === 'belfry' ? paint('dim', text) : text}`;
}

/** Passes every line once and in the order of its run, from wherever it came; `gap` hears how many are missing before one. */
export function onceOnly(
  pass: (line: OutputLine) => void,
  gap: (runId: string, missing: number) => void = () => {},
): (lines: readonly OutputLine[]) => void {
  const last = new Map<string, number>();
  return (lines) => {
    for (const line of lines) {
      const before = last.get(line.runId);
      if (before !== undefined && line.seq <= before) continue;
      if (before !== undefined && line.seq > before + 1) gap(line.runId, line.seq - before - 1);
      last.set(line.runId, line.seq);
      pass(line);
    }
  };
}

/** What shells give for a death by SIGINT. */
export const interruptedCode = 130;

/** A promise that resolves on Ctrl-C; `leave` stops listening. */
export function interruption(io: Io): { promise: Promise<undefined>; leave(): void } {
  let leave = () => {};
  const promise = new Promise<undefined>((resolve) => {
    leave = io.onInterrupt(() => resolve(undefined));
  });
  return { promise, leave };
}
