// The helper process: starts commands for the engine, which uses too much memory to fork quickly.
// Arguments: the engine's socket and the key of this helper. Environments of commands come through the socket only.
import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import process from 'node:process';
import { linuxProcesses } from '../linux-processes.ts';
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

type StartRequest = Extract<HelperRequest, { kind: 'start' }>;

/** Only the parent can read it for sure before the pid of an ended process is used again. */
const startOf = process.platform === 'linux' ? linuxProcesses().startOf : async () => null;

async function main(path: string, key: string): Promise<void> {
  const control = await openStream(path, key, controlStream);
  const report = (report: Report) => control.write(toLine(report));
  const nextPair = createPairs(path, key);
  // Without its engine a helper has nothing to do. Commands live on, and the next engine ends them.
  control.on('close', () => process.exit(0));

  let queue = Promise.resolve();
  onLines(control, (line) => {
    // The engine launched this very program, so its requests need no validation; it validates our reports.
    const request = JSON.parse(line) as HelperRequest;
    if (request.kind === 'ping') report({ kind: 'pong' });
    else queue = queue.then(() => start(request, nextPair, report));
  });
  control.resume();
  report({ kind: 'hello', version: protocolVersion, pid: process.pid });
}

/** Starts one command; never rejects. */
async function start(
  request: StartRequest,
  nextPair: () => Promise<Pair>,
  report: (report: Report) => void,
): Promise<void> {
  const { id } = request;
  let pair: Pair | undefined;
  const refused = (error: NodeJS.ErrnoException) =>
    report({
      kind: 'failed',
      id,
      code: error.code ?? '',
      message: error.message,
      pair: pair?.number ?? null,
    });
  try {
    pair = await nextPair();
    const child = spawn(request.file, request.args, {
      cwd: request.cwd,
      env: request.environment,
      shell: request.shell,
      stdio: ['ignore', pair.stdout, pair.stderr],
      detached: true,
    });
    child.once('exit', (code, signal) => report({ kind: 'exited', id, code, signal }));
    child.once('error', (error) => child.pid === undefined && refused(error));
    if (child.pid === undefined) return;
    report({ kind: 'started', id, pid: child.pid, startedAt: await startOf(child.pid), pair: pair.number });
  } catch (error) {
    refused(error as NodeJS.ErrnoException);
  } finally {
    // The command has them now; while we hold them too, the engine does not see their end.
    pair?.stdout.destroy();
    pair?.stderr.destroy();
  }
}

// A terminal and systemd signal all processes: the engine decides what ends, and when it ends we do.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
const [path = '', key = ''] = process.argv.slice(2);
main(path, key).catch(() => process.exit(1));

/** Two connections to the engine, which become the output and error stream of one command. */
type Pair = { number: number; stdout: Socket; stderr: Socket };

/** Opens a connection to the engine and sends its tag. */
function openStream(path: string, key: string, stream: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    // Nothing is read here: the connection belongs to the command.
    socket.pause();
    socket.on('error', reject);
    socket.write(tagOf(key, stream), () => resolve(socket));
  });
}

/** Returns a new pair with each call; the next one is opened ahead, so that a command need not wait for it. */
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
    // A failure is reported to the call that gets the pair.
    spare.catch(() => {});
    return pair;
  };
}
