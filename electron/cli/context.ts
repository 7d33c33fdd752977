import { resolve } from 'node:path';
import {
  type CallInput,
  type CallName,
  type CallOutput,
  type Clock,
  namedHome,
  toWireError,
  type WireError,
} from '../../shared/index.ts';
import type { HostAnswers } from '../api/index.ts';
import { defaultHome, type HomePaths, locateHome } from '../store/index.ts';
import { type Client, connect } from './client.ts';
import { type Paint, painter } from './terminal.ts';
import type { Reader } from './when.ts';

/** Options that every command takes. */
export type Globals = { home?: string; json?: boolean };

/** What a command works with. */
export type Context = {
  io: Io;
  json: boolean;
  paths: HomePaths;
  /** The home folder was named by `--home` or BELFRY_HOME, so it is meant exactly. */
  homeNamed: boolean;
  paint: Paint;
  reader: Reader;
  /** The running engine, connected to once for all of a command; throws NOT_RUNNING. */
  client(): Promise<Client>;
  /** One call to the engine; throws what it answers with. */
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>>;
  /** One of the host's own calls, or undefined when this host does not have it. */
  hostCall<N extends keyof HostAnswers>(name: N): Promise<HostAnswers[N] | undefined>;
  /** Prints the result: as JSON with `--json`, else as `human` says it (nothing when empty). */
  show<T>(value: T, human: (value: T) => string): void;
  close(): void;
};

/** The context of one command; touches nothing until asked. */
export function createContext(io: Io, globals: Globals): Context {
  const json = globals.json === true;
  const paths = locateHome(resolve(io.folder, homeOf(globals.home, io.env)));
  let connection: Promise<Client> | undefined;
  const client = () => {
    connection ??= connect(paths.socket, io.clock);
    return connection;
  };
  return {
    io,
    json,
    paths,
    homeNamed: Boolean(globals.home ?? io.env['BELFRY_HOME']),
    paint: painter(io.color && !json),
    reader: { now: io.clock.now(), timezone: io.timezone },
    client,
    async call(name, input) {
      const answer = await (await client()).call(name, input);
      if (!answer.ok) throw new Failure(answer.error);
      // The engine checked its answer against the contract that this client was built with.
      return answer.value as CallOutput<typeof name>;
    },
    async hostCall<N extends keyof HostAnswers>(name: N) {
      const answer = await (await client()).call(name, {});
      if (answer.ok) return answer.value as HostAnswers[N];
      if (answer.error.code === 'BAD_INPUT') return undefined;
      throw new Failure(answer.error);
    },
    show(value, human) {
      const text = json ? JSON.stringify(value, undefined, 2) : human(value);
      if (text !== '') io.out(`${text}\n`);
    },
    // The command that asked for a connection has reported its failure.
    close: () => void connection?.then((open) => open.close()).catch(() => {}),
  };
}

function homeOf(named: string | undefined, env: Io['env']): string {
  if (named !== undefined) return namedHome(named, '--home', env);
  const variable = env['BELFRY_HOME'];
  // An empty BELFRY_HOME is an unset one: scripts clear variables that way.
  return variable ? namedHome(variable, 'BELFRY_HOME', env) : defaultHome(process.platform, env);
}

/** An error that the engine answered with: its message is complete already. */
export class Failure extends Error {
  readonly wire: WireError;

  constructor(wire: WireError) {
    super(wire.message);
    this.name = 'Failure';
    this.wire = wire;
  }
}

/** Anything that a command threw, as what `--json` shows and the exit code is made from. */
export function wireOf(thrown: unknown): WireError {
  return thrown instanceof Failure ? thrown.wire : toWireError(thrown);
}

/** What a command does; a number is its exit code, without one it is 0. */
export type Handler<A extends unknown[]> = (context: Context, ...args: A) => Promise<number> | Promise<void>;

/** Makes a handler into what commander calls, with a context of its own that is closed afterwards. */
export type Use = <A extends unknown[]>(handler: Handler<A>) => (...args: A) => Promise<void>;

/** What commands use of the process, handed in so that tests need none. */
export type Io = {
  /** To standard output: results only. */
  out(text: string): void;
  /** Resolves when standard output can take more: to be awaited between the pieces of a long text. */
  taken(): Promise<void>;
  /** To standard error: remarks, errors as text. */
  err(text: string): void;
  /** All of standard input. */
  readInput(): Promise<Uint8Array>;
  /** One line that is not shown while typed, or the first line of standard input when that is no terminal. */
  readSecret(question: string): Promise<string>;
  /** Standard input is a terminal, so the user can be asked again. */
  interactive: boolean;
  /** One line from the user, shown while typed. */
  ask(question: string): Promise<string>;
  /** Standard output is a terminal: tables may be cut to its width. */
  columns: number | undefined;
  color: boolean;
  env: Readonly<Record<string, string | undefined>>;
  /** The folder that relative paths are meant from. */
  folder: string;
  clock: Clock;
  /** IANA zone of the user at the terminal. */
  timezone: string;
  /** IANA zone of the machine, whatever the user's environment says. */
  systemZone: string;
  /** Calls `stop` on Ctrl-C instead of ending the process; the result removes the listener. */
  onInterrupt(stop: () => void): () => void;
  /** From now on the process goes on when its reader is gone (EPIPE), which usually ends it. */
  outliveReader(): void;
};
