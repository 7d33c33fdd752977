import { type OutputLine, type RunStatus, type RunView, runTransitions } from '../../shared/index.ts';
import type { Context } from './context.ts';
import { onceOnly } from './output.ts';
import { counted } from './text.ts';

/** Lines asked for at once when announcements were collapsed. */
const page = 1000;

/** Whether a run has reached its end. */
export function isOver(status: RunStatus): boolean {
  return runTransitions[status].length === 0;
}

/**
 * Passes the lines of one run as they come, from the one after `after`, until the run is over; gives its last state.
 * An announcement only says "look": lines are always asked for, so that none is lost or out of order.
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
  void client.closed.then(bell.ring);
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
  await client.closed;
  // A closed connection answers every call with the reason.
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
