import { readFileSync, renameSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import {
  BelfryError,
  type Config,
  type ConfigInput,
  configSchema,
  type Log,
  listProblems,
  type Problem,
  problemsError,
  toWireError,
  type WireError,
} from '../../shared/index.ts';
import { type ConfigCheck, readConfig, readConfigText } from './config.ts';
import type { ConfigFile } from './config-file.ts';
import { writeDurably } from './durable-file.ts';
import { isMissing, reasonOf } from './file-errors.ts';

export type ConfigStoreNeeds = {
  file: ConfigFile;
  /** Problems that only the rooms can see (cron expressions and the like). */
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

type State = {
  text: string | undefined;
  raw: ConfigInput;
  config: Config;
  problem: BelfryError | null;
  /** The file was there and is not any more. */
  gone: boolean;
};

/** Keeps config.json and what is in force of it (design §2 "Store"). */
export function createConfigStore({
  file,
  check = () => [],
  lastGoodPath,
  log,
}: ConfigStoreNeeds): ConfigStore {
  const listeners = new Set<() => void>();
  let state = emptyState();
  let unwatch: (() => void) | undefined;
  let writing: Promise<void> = Promise.resolve();

  /** Looks at the file; true when that changed anything. */
  function look(): boolean {
    const before = state;
    state = lookAt(file, check, before);
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

  function lookAndTell(): void {
    if (look()) tell();
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
      const reading = readConfig(raw, check);
      if (!reading.ok) throw problemsError(reading.problems, 'the changed configuration');
      if (!state.gone && isDeepStrictEqual(reading.raw, state.raw)) return state.config;
      file.write(reading.raw);
      lookAndTell();
      return state.config;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** The next state by what lies on disk now: the new configuration, or the old one with the problem. */
function lookAt(file: ConfigFile, check: ConfigCheck, before: State): State {
  const text = tryRead(file);
  if (text instanceof BelfryError) return { ...before, text: undefined, problem: text, gone: false };
  if (text === undefined) {
    const had = before.text !== undefined || before.problem !== null;
    return had ? { ...before, text: undefined, problem: gone(file.path), gone: true } : before;
  }
  if (text === before.text) return before;
  const reading = readConfigText(text, check);
  if (!reading.ok) return { ...before, text, problem: mistakes(file.path, reading.problems), gone: false };
  return { text, raw: reading.raw, config: reading.config, problem: null, gone: false };
}

function tryRead(file: ConfigFile): string | undefined | BelfryError {
  try {
    return file.readText();
  } catch (error) {
    return new BelfryError({
      code: 'BAD_CONFIG',
      what: 'The configuration cannot be read',
      where: `in ${file.path}`,
      why: reasonOf(error),
      remedy: 'Put this right; until then the last good version stays in force',
      cause: error,
    });
  }
}

/** What is in force before the file was read: the last good copy, for the case that the file is broken. */
function startingState(file: ConfigFile, check: ConfigCheck, lastGoodPath: string, log: Log): State {
  const copy = readCopy(lastGoodPath, log);
  if (copy === undefined) return emptyState();
  if (tryRead(file) === undefined) {
    const aside = lastGoodPath.replace(/\.json$/, '.removed.json');
    renameSync(lastGoodPath, aside);
    log('warn', `There is no ${file.path}: starting without jobs. Its last good version is kept at ${aside}`);
    return emptyState();
  }
  const reading = readConfigText(copy, check);
  if (!reading.ok) {
    log('warn', `The copy at ${lastGoodPath} cannot be used: ${listProblems(reading.problems)}`);
    return emptyState();
  }
  return { ...emptyState(), raw: reading.raw, config: reading.config };
}

function emptyState(): State {
  return { text: undefined, raw: {}, config: configSchema.parse({}), problem: null, gone: false };
}

function readCopy(path: string, log: Log): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (!isMissing(error)) log('warn', `The copy at ${path} cannot be read: ${reasonOf(error)}`);
    return undefined;
  }
}

function sameFor(a: State, b: State): boolean {
  return a.text === b.text && a.problem?.message === b.problem?.message;
}

/** A file that vanishes for a moment (git checkout, an editor's way of saving) must not take all jobs away. */
function gone(path: string): BelfryError {
  return new BelfryError({
    code: 'BAD_CONFIG',
    what: 'The configuration is gone',
    where: `from ${path}`,
    why: 'It was moved or deleted while Belfry was running',
    remedy:
      'Put it back; until then the last good version stays in force, and the next change writes it anew',
  });
}

function mistakes(path: string, problems: Problem[]): BelfryError {
  const [first] = problems;
  return new BelfryError({
    code: 'BAD_CONFIG',
    what: problems.length === 1 ? 'There is a mistake' : `There are ${problems.length} mistakes`,
    where: `in ${path}`,
    why: listProblems(problems),
    remedy: 'Correct the file; until then the last good version stays in force',
    ...(first?.field ? { field: first.field } : {}),
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
