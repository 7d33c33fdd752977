import type { Clock } from '../../shared/index.ts';

/** What the command line touches of the outer world, handed in so that commands stay testable and pure of `process`. */
export type Io = {
  /** To standard output: results only. */
  out(text: string): void;
  /** Resolves when whoever reads standard output has taken most of it: to be asked between pieces of what is long. */
  taken(): Promise<void>;
  /** To standard error: remarks, errors for people. */
  err(text: string): void;
  /** All of standard input. */
  readInput(): Promise<Uint8Array>;
  /** One line that is not shown while typed, or the first line of standard input when that is no terminal. */
  readSecret(question: string): Promise<string>;
  /** Standard input is a terminal: there is somebody who can be asked again. */
  interactive: boolean;
  /** One line typed by the person, shown while typed. */
  ask(question: string): Promise<string>;
  /** Standard output is a terminal: tables may be cut to its width. */
  columns: number | undefined;
  color: boolean;
  env: Readonly<Record<string, string | undefined>>;
  /** The folder that relative paths are meant from. */
  folder: string;
  clock: Clock;
  /** IANA zone of the person at the terminal. */
  timezone: string;
  /** IANA zone of the machine, whatever the environment of the person says. */
  systemZone: string;
  /** Calls `stop` when the person presses Ctrl-C, instead of ending the process; the result ends that. */
  onInterrupt(stop: () => void): () => void;
  /** From now on the process works on when nobody reads what it writes any more; usually that ends it. */
  outliveReader(): void;
};
