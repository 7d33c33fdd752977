import { z } from 'zod';
import { type Clock, type Millis, type Random, within } from '../../../shared/index.ts';
import { type Child, type Exit, type Lost, type ReadyCommand, startError } from '../commands/spawn.ts';
import type { HelperHost } from '../ports.ts';
import {
  controlStream,
  type HelperRequest,
  type Listener,
  onLines,
  openListener,
  pairStreams,
  protocolVersion,
  toLine,
} from './protocol.ts';

/** What has not come by then, in milliseconds, will not come. */
const patience = 10_000;
/** Time to go by itself. */
const farewell = 1000;

/** A process that starts commands for us. */
export type Helper = {
  pid: number;
  /** Starts a command. Throws as `spawnHere` does; `lost` when nobody can tell whether it runs. */
  start(command: ReadyCommand): Promise<Child | Lost>;
  /** Resolves when it is of no more use, with the reason as half a sentence. */
  gone: Promise<string>;
  /** Lets it go; resolves when its process has ended. */
  close(): Promise<void>;
};

type HelperDeps = {
  host: HelperHost;
  clock: Clock;
  random: Pick<Random, 'id'>;
  startOf(pid: number): Promise<string | null>;
};

/** Starts a helper and waits until it is ready. Throws when it cannot be had. */
export async function openHelper({ host, clock, random, startOf }: HelperDeps): Promise<Helper> {
  const key = random.id();
  const listener = await openListener(host.socket, key);
  const program = host.launch([host.socket, key]);
  const pending = createPendingRequests();
  const ready = Promise.withResolvers<Extract<Report, { kind: 'hello' }>>();
  const gone = Promise.withResolvers<string>();
  const stream = listener.stream(controlStream);
  const send = (order: HelperRequest) => stream.then((control) => control.write(toLine(order)));
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
  const first = await within(clock, patience, Promise.race([ready.promise, gone.promise]));
  if (typeof first !== 'object' || first.version !== protocolVersion) {
    discard(typeof first === 'object' ? 'it is of another version' : (first ?? 'it did not report'));
    throw new Error(await gone.promise);
  }

  return {
    pid: first.pid,
    gone: gone.promise,
    async start(command) {
      const { file, args, cwd, environment, shell } = command;
      const order = pending.open();
      heartbeat.begin();
      void send({ kind: 'start', id: order.id, file, args, cwd, environment, shell });
      const answer = await order.answered;
      if (answer === 'lost') return 'lost';
      const streams =
        answer.pair === null ? undefined : await within(clock, patience, pairOf(listener, answer.pair));
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
        exited: order.exited,
      };
    },
    async close() {
      (await stream).destroy();
      await within(clock, farewell, program.ended);
      discard('it was let go');
      await program.ended;
    },
  };
}

function parse(line: string): Report | undefined {
  try {
    return reportSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined; // No JSON: as little to be understood as an unknown word.
  }
}

function pairOf(listener: Listener, pair: number) {
  const { stdout, stderr } = pairStreams(pair);
  return Promise.all([listener.stream(stdout), listener.stream(stderr)]);
}

type Answer = Extract<Report, { kind: 'started' | 'failed' }>;

/** What the helper was asked to start, and has not seen the end of. */
type PendingRequests = {
  open(): { id: number; answered: Promise<Answer | Lost>; exited: Promise<Exit | Lost> };
  take(report: Answer | Extract<Report, { kind: 'exited' }>): void;
  /** The helper is gone: nobody will hear of what is open. */
  lose(): void;
  isEmpty(): boolean;
};

type Entry = { answered: PromiseWithResolvers<Answer | Lost>; exited: PromiseWithResolvers<Exit | Lost> };

/** A book with nothing in it. */
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

/** How often the helper is asked whether it is there, while it has work. */
const every: Millis = 15_000;
/** One unheard question may be our own fault: a machine that woke up, a debugger. */
const mostUnheard = 2;

type HeartbeatDeps = {
  clock: Clock;
  ask(): void;
  /** It has not answered, though it is there. */
  stuck(): void;
};

/** Watches over a helper that has work: one that was stopped or hangs would let runs wait for ever. */
type Heartbeat = {
  begin(): void;
  heard(): void;
  end(): void;
};

/** A pulse that is not felt before `begin`; nothing wakes while there is no work. */
function createHeartbeat({ clock, ask, stuck }: HeartbeatDeps): Heartbeat {
  let unheard = 0;
  let cancel: (() => void) | undefined;
  const feel = () => {
    if (unheard >= mostUnheard) return stuck();
    unheard += 1;
    cancel = clock.setTimer(every, feel);
    ask();
  };
  return {
    begin() {
      unheard = 0;
      cancel ??= clock.setTimer(every, feel);
    },
    heard() {
      unheard = 0;
    },
    end() {
      cancel?.();
      cancel = undefined;
    },
  };
}

const id = z.int().nonnegative();

/** What the helper tells; checked, because the program on the disk may be another than the one this engine was built with. */
const reportSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hello'), version: z.int(), pid: z.int().positive() }),
  /** The command runs; its output comes through this pair of lanes. */
  z.object({
    kind: z.literal('started'),
    id,
    pid: z.int().positive(),
    startedAt: z.string().nullable(),
    pair: z.int().nonnegative(),
  }),
  /** The system refused to start it; `code` as in errno(3). The pair is of no use any more. */
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
