import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { utf8Text } from '../shared/index.ts';
import type { Io } from './cli/context.ts';
import { main } from './cli/main.ts';
import { machineZone, systemClock, zoneOfSystem } from './system.ts';

/** The `belfry` command. */
void main(process.argv.slice(2), processIo()).then((code) => {
  process.exitCode = code;
});

/** Standard streams of this process: a terminal or pipes. */
function processIo(): Io {
  const { stdin, stdout, stderr, env } = process;
  let outlives = false;
  // A reader that went away (`| head`) has seen enough: no failure.
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (outlives) return;
      if (error.code === 'EPIPE') process.exit(0);
      throw error;
    });
  }
  return {
    out: (text) => void stdout.write(text),
    taken: () =>
      stdout.writableNeedDrain
        ? new Promise((resolve) => stdout.once('drain', () => resolve()))
        : Promise.resolve(),
    err: (text) => void stderr.write(text),
    readInput,
    readSecret: (question) => (stdin.isTTY ? askHidden(question) : readInput().then(firstLine)),
    interactive: stdin.isTTY === true,
    ask: askShown,
    columns: stdout.isTTY ? stdout.columns : undefined,
    color: stdout.isTTY && !env['NO_COLOR'] && stdout.hasColors(),
    env,
    folder: process.cwd(),
    clock: systemClock,
    timezone: machineZone().name,
    systemZone: zoneOfSystem(),
    onInterrupt(stop) {
      process.once('SIGINT', stop);
      return () => process.off('SIGINT', stop);
    },
    outliveReader() {
      outlives = true;
    },
  };
}

async function readInput(): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function firstLine(bytes: Uint8Array): string {
  return (utf8Text(bytes, 'standard input').split('\n')[0] ?? '').trim();
}

function askShown(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    lines.once('close', () => resolve(''));
    lines.question(question, (answer) => {
      resolve(answer.trim());
      lines.close();
    });
  });
}

/** readline echoes what is typed to its output, so that goes nowhere. */
function askHidden(question: string): Promise<string> {
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  return new Promise((resolve) => {
    let answer = '';
    lines.once('line', (line) => {
      answer = line.trim();
      lines.close();
    });
    lines.once('close', () => {
      process.stderr.write('\n');
      resolve(answer);
    });
  });
}
