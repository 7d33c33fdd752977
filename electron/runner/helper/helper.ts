import { z } from 'zod';
import {
  BelfryError,
  type Clock,
  type ErrorCode,
  type Millis,
  type Random,
  within,
} from '../../../shared/index.ts';
import type { ReadyCommand } from '../commands/prepare.ts';
import type { HelperHost } from '../deps.ts';
import {
  type Child,
  controlStream,
  type Exit,
  type HelperRequest,
  type Listener,
  type Lost,
  onLines,
  openListener,
  pairStreams,
  protocolVersion,
  toLine,
} from './protocol.ts';

/** An answer of the helper is awaited for this long, in milliseconds. */
const answerTimeout = 10_000;
/** Time to exit by itself, in milliseconds. */
const exitTimeout = 1000;

/** The process that starts commands for the engine. */
export type Helper = {
  pid: number;
  /** Starts a command. Throws as `spawnHere` does; `lost` when it is unknown whether the command runs. */
  start(command: ReadyCommand): Promise<Child | Lost>;
  /** Resolves when it can no longer be used, with the reason as half a sentence. */
  gone: Promise<string>;
  /** Ends it; resolves when its process has exited. */
  close(): Promise<void>;
};

type HelperDeps = {
  host: HelperHost;
  clock: Clock;
  random: Pick<Random, 'id'>;
  startOf(pid: number): Promise<string | null>;
};

/** Starts a helper and waits until it is ready. Throws when it does not get ready. */
export async function openHelper({ host, clock, random, startOf }: HelperDeps): Promise<Helper> {
  const key = random.id();
  const listener = await openListener(host.socket, key);
  const program = host.launch([host.socket, key]);
  const pending = createPendingRequests();
  const ready = Promise.withResolvers<Extract<Report, { kind: 'hello' }>>();
  const gone = Promise.withResolvers<string>();
  const stream = listener.stream(controlStream);
  const send = (request: HelperRequest) => stream.then((control) => control.write(toLine(request)));
  const heartbeat = createHeartbeat({
    clock,
    ask: () => send({ kind: 'ping' }),
    stuck: () => discard('it did not answer any more'),
  });

  function discard(reason: string): void {
    gone.resolve(reason);
    heartbeat.end();
    pending.lose();
    listener.close();
    program.kill();
  }

  function take(line: string): void {
    const report = parse(line);
    heartbeat.heard();
    if (!report) discard('it said something that this Belfry does not understand');
    else if (report.kind === 'hello') ready.resolve(report);
    else if (report.kind !== 'pong') pending.take(report);
    if (pending.isEmpty()) heartbeat.end();
  }

  void program.ended.then(discard);
  void stream.then((control) => {
    onLines(control, take);
    control.on('close', program.kill);
  });
  const first = await within(clock, answerTimeout, Promise.race([ready.promise, gone.promise]));
  if (typeof first !== 'object' || first.version !== protocolVersion) {
    discard(typeof first === 'object' ? 'it is of another version' : (first ?? 'it did not report'));
    throw new Error(await gone.promise);
  }

  return {
    pid: first.pid,
    gone: gone.promise,
    async start(command) {
      const { file, args, cwd, environment, shell } = command;
      const request = pending.open();
      heartbeat.begin();
      void send({ kind: 'start', id: request.id, file, args, cwd, environment, shell });
      const answer = await request.answered;
      if (answer === 'lost') return 'lost';
      const streams =
        answer.pair === null ? undefined : await within(clock, answerTimeout, pairOf(listener, answer.pair));
      if (answer.kind === 'failed') {
        for (const socket of streams ?? []) socket.destroy();
        throw startError(command, answer.code, answer.message);
      }
      if (!streams) return 'lost';
      const [stdout, stderr] = streams;
      return {
        pid: answer.pid,
        startedAt: answer.startedAt === null ? startOf(answer.pid) : Promise.resolve(answer.startedAt),
        stdout,
        stderr,
        exited: request.exited,
      };
    },
    async close() {
      (await stream).destroy();
      await within(clock, exitTimeout, program.ended);
      discard('it was closed');
      await program.ended;
    },
  };
}

function parse(line: string): Report | undefined {
  try {
    return reportSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined; // No JSON: treated like an unknown message.
  }
}

function pairOf(listener: Listener, pair: number) {
  const { stdout, stderr } = pairStreams(pair);
  return Promise.all([listener.stream(stdout), listener.stream(stderr)]);
}

type Answer = Extract<Report, { kind: 'started' | 'failed' }>;

/** Commands that the helper was asked to start and that have not ended. */
type PendingRequests = {
  open(): { id: number; answered: Promise<Answer | Lost>; exited: Promise<Exit | Lost> };
  take(report: Answer | Extract<Report, { kind: 'exited' }>): void;
  /** The helper is gone: all pending requests are lost. */
  lose(): void;
  isEmpty(): boolean;
};

type Entry = { answered: PromiseWithResolvers<Answer | Lost>; exited: PromiseWithResolvers<Exit | Lost> };

function createPendingRequests(): PendingRequests {
  const entries = new Map<number, Entry>();
  let last = 0;
  let lost = false;
  const lose = ({ answered, exited }: Entry) => {
    answered.resolve('lost');
    exited.resolve('lost');
  };
  return {
    open() {
      last += 1;
      const entry: Entry = { answered: Promise.withResolvers(), exited: Promise.withResolvers() };
      if (lost) lose(entry);
      else entries.set(last, entry);
      return { id: last, answered: entry.answered.promise, exited: entry.exited.promise };
    },
    take(report) {
      const entry = entries.get(report.id);
      if (report.kind === 'exited') entry?.exited.resolve({ code: report.code, signal: report.signal });
      else entry?.answered.resolve(report);
      if (report.kind !== 'started') entries.delete(report.id);
    },
    lose() {
      lost = true;
      for (const entry of entries.values()) lose(entry);
      entries.clear();
    },
    isEmpty: () => entries.size === 0,
  };
}

/** How often a helper with work is pinged, in milliseconds. */
const interval: Millis = 15_000;
/** One unanswered ping may be our own fault: the machine slept, or a debugger stopped us. */
const mostUnanswered = 2;

type HeartbeatDeps = {
  clock: Clock;
  ask(): void;
  /** It lives but does not answer. */
  stuck(): void;
};

/** Watches a helper that has work: one that hangs or was stopped would let runs wait for ever. */
type Heartbeat = {
  begin(): void;
  heard(): void;
  end(): void;
};

/** Pings only between `begin` and `end`, so that no timer wakes an idle machine. */
function createHeartbeat({ clock, ask, stuck }: HeartbeatDeps): Heartbeat {
  let unanswered = 0;
  let cancel: (() => void) | undefined;
  const ping = () => {
    if (unanswered >= mostUnanswered) return stuck();
    unanswered += 1;
    cancel = clock.setTimer(interval, ping);
    ask();
  };
  return {
    begin() {
      unanswered = 0;
      cancel ??= clock.setTimer(interval, ping);
    },
    heard() {
      unanswered = 0;
    },
    end() {
      cancel?.();
      cancel = undefined;
    },
  };
}

const id = z.int().nonnegative();

/** What the helper reports; validated, because the program on the disk may be of another version than this engine. */
const reportSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hello'), version: z.int(), pid: z.int().positive() }),
  /** The command runs; its output comes through this pair of streams. */
  z.object({
    kind: z.literal('started'),
    id,
    pid: z.int().positive(),
    startedAt: z.string().nullable(),
    pair: z.int().nonnegative(),
  }),
  /** The system refused to start it; `code` as in errno(3). The pair of streams is unused. */
  z.object({
    kind: z.literal('failed'),
    id,
    code: z.string(),
    message: z.string(),
    pair: z.int().nonnegative().nullable(),
  }),
  z.object({ kind: z.literal('exited'), id, code: z.int().nullable(), signal: z.string().nullable() }),
  z.object({ kind: z.literal('pong') }),
]);

export type Report = z.infer<typeof reportSchema>;

const codes: Record<string, { code: ErrorCode; why: string; remedy: string }> = {
  ENOENT: {
    code: 'COMMAND_NOT_FOUND',
    why: 'The file, or the interpreter that its first line names, does not exist',
    remedy: 'Look at the first line of the script',
  },
  EACCES: {
    code: 'COMMAND_NOT_FOUND',
    why: 'The system does not allow to execute it',
    remedy: 'Check the rights of the file and of its disk',
  },
  ENOEXEC: {
    code: 'COMMAND_NOT_FOUND',
    why: 'The file is no program of this machine',
    remedy: 'Give a script a first line such as #!/bin/sh',
  },
  E2BIG: {
    code: 'BAD_INPUT',
    why: 'Arguments and environment together are longer than the system allows',
    remedy: 'Hand large values over in a file',
  },
};

/** Why the system refused to start a command; `code` as in errno(3), '' for none. */
export function startError(command: ReadyCommand, code: string, message: string): BelfryError {
  const known = codes[code] ?? { code: 'INTERNAL', why: message, remedy: 'Try again later' };
  return new BelfryError({
    ...known,
    what: `The command cannot be started (${code || 'no code'})`,
    where: `${command.where}: ${command.file}`,
  });
}
