import { isDeepStrictEqual } from 'node:util';
import {
  BelfryError,
  type Config,
  type ConfigInput,
  type Log,
  listProblems,
  type Problem,
  problemsError,
  toWireError,
  type WireError,
} from '../../shared/index.ts';
import { type ConfigCheck, readConfig } from './config.ts';
import type { ConfigFile } from './config-file.ts';
import { emptyState, type KnownText, lookAt, sameFor, startingState } from './config-state.ts';
import { parseJsonText } from './config-text.ts';
import { writeDurably } from './durable-file.ts';
import { reasonOf } from './file-errors.ts';

export type ConfigStoreDeps = {
  file: ConfigFile;
  /** Problems that only the modules can see (cron expressions and the like). */
  check?: ConfigCheck;
  /** Where the last good text is kept, so that a restart with a broken file still works. */
  lastGoodPath: string;
  log: Log;
};

/** The configuration in force. */
export type ConfigStore = {
  /** Reads the file (or the last good copy when it is broken) and watches it. Never throws for what the file says. */
  start(): void;
  stop(): Promise<void>;
  /** The last good configuration, defaults filled in. */
  current(): Config;
  /** The same as it was written, without defaults. */
  raw(): ConfigInput;
  /** What is wrong with the file as it lies on disk; null when it is the one in force. */
  problem(): WireError | null;
  /**
   * Changes the file, one change after the other; `edit` gets a copy that it may alter and gives the new whole.
   * Throws BAD_CONFIG while the file has mistakes (nothing of it may be overwritten) and BAD_INPUT when the result would.
   */
  change(edit: (raw: ConfigInput) => ConfigInput): Promise<Config>;
  /** Calls `listener` after the configuration or its problem has changed. */
  onChange(listener: () => void): () => void;
};

/** Keeps config.json and what is in force of it (design §2 "Store"). */
export function createConfigStore({
  file,
  check = () => [],
  lastGoodPath,
  log,
}: ConfigStoreDeps): ConfigStore {
  const listeners = new Set<() => void>();
  let state = emptyState();
  let unwatch: (() => void) | undefined;
  let writing: Promise<void> = Promise.resolve();

  /** Looks at the file; true when that changed anything. */
  function look(known?: KnownText): boolean {
    const before = state;
    state = lookAt(file, check, before, known);
    const changed = !sameFor(before, state);
    if (!changed) return false;
    if (state.problem) log('warn', state.problem.message);
    else if (state.text !== undefined) keepLastGood(state.text);
    return true;
  }

  function keepLastGood(text: string): void {
    writing = writing
      .then(() => writeDurably(lastGoodPath, text))
      .catch((error) =>
        log('warn', `The last good configuration cannot be kept at ${lastGoodPath}: ${reasonOf(error)}`),
      );
  }

  function tell(): void {
    for (const listener of listeners) {
      try {
        listener();
      } catch (error) {
        log('error', `A listener to the configuration failed: ${toWireError(error).message}`);
      }
    }
  }

  function lookAndTell(known?: KnownText): void {
    if (look(known)) tell();
  }

  /** Nobody could catch what is thrown out of a timer. */
  function lookBySelf(): void {
    try {
      lookAndTell();
    } catch (error) {
      log('error', `The configuration cannot be looked at: ${toWireError(error).message}`);
    }
  }

  return {
    start() {
      if (unwatch) return;
      state = startingState(file, check, lastGoodPath, log);
      look();
      unwatch = file.watch(lookBySelf);
    },
    stop() {
      unwatch?.();
      unwatch = undefined;
      return writing;
    },
    current: () => state.config,
    raw: () => structuredClone(state.raw),
    problem: () => state.problem?.toWire() ?? null,
    async change(edit) {
      lookAndTell();
      if (state.problem && !state.gone) throw refusal(file.path, state.problem);
      const raw = edit(structuredClone(state.raw));
      const text = file.textOf(raw);
      // By the text, and not only by the value: size and depth are rules of the reader as well.
      const json = parseJsonText(text);
      if (!json.ok) throw tooMuch(file.path, json.problems);
      const reading = readConfig(json.value, check);
      if (!reading.ok) throw problemsError(reading.problems, 'the changed configuration');
      if (!state.gone && isDeepStrictEqual(reading.raw, state.raw)) return state.config;
      file.write(reading.raw, text);
      lookAndTell({ text, reading });
      return state.config;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function tooMuch(path: string, problems: Problem[]): BelfryError {
  return new BelfryError({
    code: 'TOO_LARGE',
    what: 'The change does not fit into the configuration',
    where: `in ${path}`,
    why: `With it the file ${listProblems(problems)}, and Belfry could not read it any more`,
    remedy: 'Change less, or move long texts into files of their own; nothing was changed',
    details: problems,
  });
}

function refusal(path: string, problem: BelfryError): BelfryError {
  return new BelfryError({
    code: 'BAD_CONFIG',
    what: 'Nothing can be changed',
    where: `in ${path}`,
    why: `The file has to be put right first, so that nothing in it is overwritten (${problem.message.replace(/\.$/, '')})`,
    remedy: 'Correct the file and try again',
    ...(problem.details ? { details: problem.details } : {}),
  });
}
