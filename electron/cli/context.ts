import { resolve } from 'node:path';
import { type CallInput, type CallName, type CallOutput, namedHome } from '../../shared/index.ts';
import { type Client, connect, type HostAnswers } from '../api/index.ts';
import { defaultHome, type HomePaths, locateHome } from '../store/index.ts';
import { Failure } from './failure.ts';
import type { Io } from './io.ts';
import { type Paint, painter } from './paint.ts';
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
  /** The running engine; throws NOT_RUNNING. One connection for all of a command. */
  client(): Promise<Client>;
  /** One call to the engine; throws what it answers with. */
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>>;
  /** One of the host's own calls, or undefined when this host has it not. */
  hostCall<N extends keyof HostAnswers>(name: N): Promise<HostAnswers[N] | undefined>;
  /** The result: as JSON with `--json`, else in the words of `human` (nothing when empty). */
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
    // A connection that failed was told to the command that asked for it.
    close: () => void connection?.then((open) => open.close()).catch(() => {}),
  };
}

function homeOf(named: string | undefined, env: Io['env']): string {
  if (named !== undefined) return namedHome(named, '--home', env);
  const variable = env['BELFRY_HOME'];
  // An empty BELFRY_HOME is an unset one: scripts clear variables that way.
  return variable ? namedHome(variable, 'BELFRY_HOME', env) : defaultHome(process.platform, env);
}
