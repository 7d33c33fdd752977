import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import {
  BelfryError,
  type Clock,
  type Config,
  type ConfigInput,
  configSchema,
  type Job,
  type Log,
  listProblems,
  type Problem,
  problemsError,
  type Settings,
  toInstant,
  toWireError,
  utf8Text,
  type WireError,
} from '../../shared/index.ts';
import { type ConfigCheck, type ConfigReading, readConfig, readConfigText } from './config.ts';
import type { ConfigFile } from './config-file.ts';
import { parseJsonText } from './config-text.ts';
import { type Database, readMeta, writeMeta } from './database.ts';
import { writeDurably } from './durable-file.ts';
import { isMissing, reasonOf } from './file-errors.ts';

export type ConfigStoreDeps = {
  file: ConfigFile;
  /** Problems that only the modules can see (cron expressions and the like). */
  check?: ConfigCheck;
  /** Where the last good text is kept, so that a restart with a broken file still works. */
  lastGoodPath: string;
  log: Log;
  /** Jobs that Belfry brings along; the settings disable them. */
  builtins?: readonly Job[];
  /** The time zone of this machine. */
  machineZone?(): { name: string };
  /** What the database knows: whether this home had a configuration. `note` is called once, when it has its first one. */
  had?: { before: boolean; note(): Promise<void> };
};

const seenKey = 'config_seen';

/** What the database says of a configuration that this home had, and may note of it. */
export async function configNote(
  db: Database,
  clock: Pick<Clock, 'now'>,
): Promise<NonNullable<ConfigStoreDeps['had']>> {
  return {
    before: (await readMeta(db, seenKey)) !== undefined,
    note: () => writeMeta(db, seenKey, toInstant(clock.now())),
  };
}

/** The configuration in force. */
export type ConfigStore = {
  /** Reads the file (or the last good copy when it is broken) and watches it. Never throws for what the file says. */
  start(): void;
  stop(): Promise<void>;
  /** The last good configuration, defaults filled in. */
  current(): Config;
  settings(): Settings;
  /** Built-in jobs first, then those of config.json. */
  jobs(): readonly Job[];
  job(id: string): Job | undefined;
  /** IANA zone of jobs without one of their own: the settings', else this machine's. */
  timezone(): string;
  /** The same as `current` as it was written, without defaults. */
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
  builtins = [],
  machineZone = () => ({ name: 'UTC' }),
  had = { before: false, note: async () => {} },
}: ConfigStoreDeps): ConfigStore {
  const listeners = new Set<() => void>();
  let state = emptyState();
  let unwatch: (() => void) | undefined;
  let writing: Promise<void> = Promise.resolve();
  let isNoted = had.before;
  // Asked several times for each run, among thousands of jobs.
  const jobs = onceFor((config: Config): readonly Job[] => [
    ...builtins.map((job) => ({ ...job, enabled: !config.settings.disabledBuiltins.includes(job.id) })),
    ...config.jobs,
  ]);
  const jobsById = onceFor((config: Config) => new Map(jobs(config).map((job) => [job.id, job])));

  /** Reads the file; true when that changed anything. */
  function read(known?: KnownText): boolean {
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
    if (isNoted) return;
    isNoted = true;
    writing = writing.then(had.note).catch((error) => {
      isNoted = false;
      log('warn', `It cannot be noted that there is a configuration: ${reasonOf(error)}`);
    });
  }

  function notify(): void {
    for (const listener of listeners) {
      try {
        listener();
      } catch (error) {
        log('error', `A listener to the configuration failed: ${toWireError(error).message}`);
      }
    }
  }

  function readAndNotify(known?: KnownText): void {
    if (read(known)) notify();
  }

  /** Nothing could catch what is thrown out of a timer. */
  function readBySelf(): void {
    try {
      readAndNotify();
    } catch (error) {
      log('error', `The configuration cannot be read: ${toWireError(error).message}`);
    }
  }

  return {
    start() {
      if (unwatch) return;
      state = startingState({ file, check, lastGoodPath, log }, had.before);
      read();
      unwatch = file.watch(readBySelf);
    },
    stop() {
      unwatch?.();
      unwatch = undefined;
      return writing;
    },
    current: () => state.config,
    settings: () => state.config.settings,
    jobs: () => jobs(state.config),
    job: (id) => jobsById(state.config).get(id),
    timezone: () => state.config.settings.timezone ?? machineZone().name,
    raw: () => structuredClone(state.raw),
    problem: () => state.problem?.toWire() ?? null,
    async change(edit) {
      readAndNotify();
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
      readAndNotify({ text, reading });
      return state.config;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** What follows from an object, found out once for each. */
function onceFor<K extends object, V>(derive: (from: K) => V): (from: K) => V {
  const known = new WeakMap<K, { value: V }>();
  return (from) => {
    const { value } = known.get(from) ?? { value: derive(from) };
    known.set(from, { value });
    return value;
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

/** What is in force of config.json, and what is wrong with the file as it lies on disk. */
type ConfigState = {
  text: string | undefined;
  raw: ConfigInput;
  config: Config;
  problem: BelfryError | null;
  /** The file was there once, and is not any more. */
  gone: boolean;
  /** Something was read that is in force: the file, or the copy of its last good version. False: only the defaults are. */
  good: boolean;
};

/** A text, and what it means, of whoever has just read it. */
type KnownText = { text: string; reading: Extract<ConfigReading, { ok: true }> };

/**
 * The next state by what lies on disk now: the new configuration, or the old one with the problem. A text that is
 * `known` is not read a second time.
 */
function lookAt(file: ConfigFile, check: ConfigCheck, before: ConfigState, known?: KnownText): ConfigState {
  const text = tryRead(file, before.good);
  if (text instanceof BelfryError) return { ...before, text: undefined, problem: text, gone: false };
  if (text === undefined) {
    if (before.gone) return before;
    const had = before.text !== undefined || before.problem !== null;
    return had ? { ...before, text: undefined, problem: gone(file.path), gone: true } : before;
  }
  if (text === before.text) return before;
  const reading = text === known?.text ? known.reading : readConfigText(text, check);
  if (!reading.ok)
    return { ...before, text, problem: mistakes(file.path, reading.problems, before.good), gone: false };
  return { text, raw: reading.raw, config: reading.config, problem: null, gone: false, good: true };
}

function tryRead(file: ConfigFile, good: boolean): string | undefined | BelfryError {
  try {
    return file.readText();
  } catch (error) {
    if (error instanceof BelfryError) return error;
    return new BelfryError({
      code: 'BAD_CONFIG',
      what: 'The configuration cannot be read',
      where: `in ${file.path}`,
      why: reasonOf(error),
      remedy: `Put this right; ${untilThen(good)}`,
      cause: error,
    });
  }
}

/**
 * What is in force before the file was read: the last good copy, for the case that the file is broken or gone. Without
 * both, a home that had a configuration says so instead of beginning anew.
 */
function startingState(
  {
    file,
    check,
    lastGoodPath,
    log,
  }: Required<Pick<ConfigStoreDeps, 'file' | 'check' | 'lastGoodPath' | 'log'>>,
  hadBefore: boolean,
): ConfigState {
  const copy = readCopy(lastGoodPath, log);
  const isGone = tryRead(file, true) === undefined;
  if (copy === undefined && !(isGone && hadBefore)) return emptyState();
  const reading = copy === undefined ? undefined : readConfigText(copy, check);
  if (reading?.ok === false)
    log('warn', `The copy at ${lastGoodPath} cannot be used: ${listProblems(reading.problems)}`);
  const known = reading?.ok ? { raw: reading.raw, config: reading.config, good: true } : {};
  const state = { ...emptyState(), ...known };
  if (!isGone) return state;
  const problem = goneBefore(file.path, lastGoodPath, reading);
  log('warn', problem.message);
  return { ...state, problem, gone: true };
}

/** Nothing in force but the defaults. */
function emptyState(): ConfigState {
  return {
    text: undefined,
    raw: {},
    config: configSchema.parse({}),
    problem: null,
    gone: false,
    good: false,
  };
}

function readCopy(path: string, log: Log): string | undefined {
  try {
    return utf8Text(readFileSync(path), path, 'BAD_CONFIG');
  } catch (error) {
    if (!isMissing(error)) log('warn', `The copy at ${path} cannot be read: ${reasonOf(error)}`);
    return undefined;
  }
}

/** Whether two states look the same to those who use the configuration. */
function sameFor(a: ConfigState, b: ConfigState): boolean {
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

/** Jobs and posts that wait must not be lost with it, and the user may have meant it: so that is said, and what to do. */
function goneBefore(path: string, copy: string, reading: ConfigReading | undefined): BelfryError {
  const meant = `to start without jobs and accounts, write {} into it`;
  const unusable = reading === undefined ? 'is gone as well' : 'cannot be used either';
  return new BelfryError({
    code: 'BAD_CONFIG',
    what: 'The configuration is gone',
    where: `from ${path}`,
    why: 'It was moved or deleted while Belfry was not running',
    remedy: reading?.ok
      ? `Put it back; until then its last good version (${copy}) is in force, and the next change writes it anew; ${meant}`
      : `Put it back; ${untilThen(false)}, for the copy of its last good version (${copy}) ${unusable}; ${meant}`,
  });
}

/** What is in force while the file cannot be used. */
function untilThen(good: boolean): string {
  return good
    ? 'until then the last good version stays in force'
    : 'until then Belfry runs with the defaults and without the jobs and accounts of this file';
}

function mistakes(path: string, problems: Problem[], good: boolean): BelfryError {
  const [first] = problems;
  return new BelfryError({
    code: 'BAD_CONFIG',
    what: problems.length === 1 ? 'There is a mistake' : `There are ${problems.length} mistakes`,
    where: `in ${path}`,
    why: listProblems(problems),
    remedy: `Correct the file; ${untilThen(good)}`,
    ...(first?.field ? { field: first.field } : {}),
    details: problems,
  });
}
