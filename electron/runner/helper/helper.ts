import { type Clock, type Random, within } from '../../../shared/index.ts';
import { type Child, type Lost, type ReadyCommand, startError } from '../commands/child.ts';
import type { HelperHost } from '../ports.ts';
import { createOrderBook } from './orders.ts';
import { controlLane, type Order, onLines, pairLanes, protocolVersion, toLine } from './protocol.ts';
import { createPulse } from './pulse.ts';
import { type Report, reportSchema } from './report.ts';
import { openSwitchboard, type Switchboard } from './switchboard.ts';

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

export type HelperNeeds = {
  host: HelperHost;
  clock: Clock;
  random: Pick<Random, 'id'>;
  startOf(pid: number): Promise<string | null>;
};

/** Starts a helper and waits until it is ready. Throws when it cannot be had. */
export async function openHelper({ host, clock, random, startOf }: HelperNeeds): Promise<Helper> {
  const key = random.id();
  const board = await openSwitchboard(host.socket, key);
  const program = host.launch([host.socket, key]);
  const orders = createOrderBook();
  const ready = Promise.withResolvers<Extract<Report, { kind: 'hello' }>>();
  const gone = Promise.withResolvers<string>();
  const lane = board.lane(controlLane);
  const send = (order: Order) => lane.then((control) => control.write(toLine(order)));
  const pulse = createPulse({
    clock,
    ask: () => send({ kind: 'ping' }),
    stuck: () => discard('it did not answer any more'),
  });

  function discard(reason: string): void {
    gone.resolve(reason);
    pulse.end();
    orders.lose();
    board.close();
    program.kill();
  }

  function take(line: string): void {
    const report = parse(line);
    pulse.heard();
    if (!report) discard('it said something that this Belfry does not understand');
    else if (report.kind === 'hello') ready.resolve(report);
    else if (report.kind !== 'pong') orders.take(report);
    if (orders.isEmpty()) pulse.end();
  }

  void program.ended.then(discard);
  void lane.then((control) => {
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
      const order = orders.open();
      pulse.begin();
      void send({ kind: 'start', id: order.id, file, args, cwd, environment, shell });
      const answer = await order.answered;
      if (answer === 'lost') return 'lost';
      const lanes =
        answer.pair === null ? undefined : await within(clock, patience, pairOf(board, answer.pair));
      if (answer.kind === 'failed') {
        for (const socket of lanes ?? []) socket.destroy();
        throw startError(command, answer.code, answer.message);
      }
      if (!lanes) return 'lost';
      const [stdout, stderr] = lanes;
      return {
        pid: answer.pid,
        startedAt: answer.startedAt === null ? startOf(answer.pid) : Promise.resolve(answer.startedAt),
        stdout,
        stderr,
        exited: order.exited,
      };
    },
    async close() {
      (await lane).destroy();
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

function pairOf(board: Switchboard, pair: number) {
  const { stdout, stderr } = pairLanes(pair);
  return Promise.all([board.lane(stdout), board.lane(stderr)]);
}
