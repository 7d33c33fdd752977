// The helper process: starts commands for the engine, which has too much memory to fork without a pause.
// Arguments: the engine's socket and the key of this helper. What commands are given comes through the socket alone.
import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import process from 'node:process';
import { linuxProcesses } from '../processes/linux.ts';
import type { Report } from './helper.ts';
import {
  controlStream,
  type HelperRequest,
  onLines,
  pairStreams,
  protocolVersion,
  tagOf,
  toLine,
} from './protocol.ts';

type StartOrder = Extract<HelperRequest, { kind: 'start' }>;

/** Only the parent can look before the number of a process that has ended is given to another. */
const startOf = process.platform === 'linux' ? linuxProcesses().startOf : async () => null;

async function main(path: string, key: string): Promise<void> {
  const control = await openStream(path, key, controlStream);
  const tell = (report: Report) => control.write(toLine(report));
  const nextPair = createPairs(path, key);
  // Without its engine a helper has nothing to do; the commands live on, and the next engine sees to them.
  control.on('close', () => process.exit(0));

  let turn = Promise.resolve();
  onLines(control, (line) => {
    // The engine speaks first-hand and from the same build; it checks what we say, not the other way round.
    const order = JSON.parse(line) as HelperRequest;
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

/** Two connections to the engine, which become the output of one command. */
type Pair = { number: number; stdout: Socket; stderr: Socket };

/** Opens one connection to the engine and says which it is. */
function openStream(path: string, key: string, stream: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    // Nothing is read here: what it carries belongs to the command.
    socket.pause();
    socket.on('error', reject);
    socket.write(tagOf(key, stream), () => resolve(socket));
  });
}

/** Gives one fresh pair after another; the next one is opened ahead, so that a command need not wait for it. */
function createPairs(path: string, key: string): () => Promise<Pair> {
  let opened = 0;
  const open = async (): Promise<Pair> => {
    opened += 1;
    const number = opened;
    const streams = pairStreams(number);
    const [stdout, stderr] = await Promise.all([
      openStream(path, key, streams.stdout),
      openStream(path, key, streams.stderr),
    ]);
    return { number, stdout, stderr };
  };
  let spare: Promise<Pair> | undefined;
  return () => {
    const pair = spare ?? open();
    spare = open();
    // Told to whoever takes it; until then it is nobody's failure.
    spare.catch(() => {});
    return pair;
  };
}
