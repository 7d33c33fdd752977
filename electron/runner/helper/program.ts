// The helper process: starts commands for the engine, which has too much memory to fork without a pause.
// Arguments: the engine's socket and the key of this helper. What commands are given comes through the socket alone.
import { spawn } from 'node:child_process';
import process from 'node:process';
import { linuxProcesses } from '../processes/linux.ts';
import { createPairs, openLane, type Pair } from './lanes.ts';
import { controlLane, type Order, onLines, protocolVersion, toLine } from './protocol.ts';
import type { Report } from './report.ts';

type StartOrder = Extract<Order, { kind: 'start' }>;

/** Only the parent can look before the number of a process that has ended is given to another. */
const startOf = process.platform === 'linux' ? linuxProcesses().startOf : async () => null;

async function main(path: string, key: string): Promise<void> {
  const control = await openLane(path, key, controlLane);
  const tell = (report: Report) => control.write(toLine(report));
  const nextPair = createPairs(path, key);
  // Without its engine a helper has nothing to do; the commands live on, and the next engine sees to them.
  control.on('close', () => process.exit(0));

  let turn = Promise.resolve();
  onLines(control, (line) => {
    // The engine speaks first-hand and from the same build; it checks what we say, not the other way round.
    const order = JSON.parse(line) as Order;
    if (order.kind === 'ping') tell({ kind: 'pong' });
    else turn = turn.then(() => start(order, nextPair, tell));
  });
  control.resume();
  tell({ kind: 'hello', version: protocolVersion, pid: process.pid });
}

/** Starts one command; never rejects. */
async function start(
  order: StartOrder,
  nextPair: () => Promise<Pair>,
  tell: (report: Report) => void,
): Promise<void> {
  const { id } = order;
  let pair: Pair | undefined;
  const refused = (error: NodeJS.ErrnoException) =>
    tell({
      kind: 'failed',
      id,
      code: error.code ?? '',
      message: error.message,
      pair: pair?.number ?? null,
    });
  try {
    pair = await nextPair();
    const child = spawn(order.file, order.args, {
      cwd: order.cwd,
      env: order.environment,
      shell: order.shell,
      stdio: ['ignore', pair.stdout, pair.stderr],
      detached: true,
    });
    child.once('exit', (code, signal) => tell({ kind: 'exited', id, code, signal }));
    child.once('error', (error) => child.pid === undefined && refused(error));
    if (child.pid === undefined) return;
    tell({ kind: 'started', id, pid: child.pid, startedAt: await startOf(child.pid), pair: pair.number });
  } catch (error) {
    refused(error as NodeJS.ErrnoException);
  } finally {
    // The command has them now; as long as we had them too, nobody would see their end.
    pair?.stdout.destroy();
    pair?.stderr.destroy();
  }
}

// A terminal and systemd signal everybody: the engine decides what ends, and its end is ours.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
const [path = '', key = ''] = process.argv.slice(2);
main(path, key).catch(() => process.exit(1));
