import { readFileSync } from 'node:fs';
import {
  BelfryError,
  type Config,
  type ConfigInput,
  configSchema,
  type Log,
  listProblems,
  type Problem,
  utf8Text,
} from '../../shared/index.ts';
import { type ConfigCheck, type ConfigReading, readConfigText } from './config.ts';
import type { ConfigFile } from './config-file.ts';
import { isMissing, reasonOf } from './file-errors.ts';

/** What is in force of config.json, and what is wrong with the file as it lies on disk. */
export type ConfigState = {
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
export type KnownText = { text: string; reading: Extract<ConfigReading, { ok: true }> };

/**
 * The next state by what lies on disk now: the new configuration, or the old one with the problem. A text that is
 * `known` is not read a second time.
 */
export function lookAt(
  file: ConfigFile,
  check: ConfigCheck,
  before: ConfigState,
  known?: KnownText,
): ConfigState {
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

/** What is in force before the file was read: the last good copy, for the case that the file is broken. */
export function startingState(
  file: ConfigFile,
  check: ConfigCheck,
  lastGoodPath: string,
  log: Log,
): ConfigState {
  const copy = readCopy(lastGoodPath, log);
  if (copy === undefined) return emptyState();
  const isGone = tryRead(file, true) === undefined;
  const reading = readConfigText(copy, check);
  if (!reading.ok)
    log('warn', `The copy at ${lastGoodPath} cannot be used: ${listProblems(reading.problems)}`);
  const known = reading.ok ? { raw: reading.raw, config: reading.config, good: true } : {};
  const state = { ...emptyState(), ...known };
  if (!isGone) return state;
  const problem = goneBefore(file.path, lastGoodPath, reading.ok);
  log('warn', problem.message);
  return { ...state, problem, gone: true };
}

/** Nothing in force but the defaults. */
export function emptyState(): ConfigState {
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
export function sameFor(a: ConfigState, b: ConfigState): boolean {
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
function goneBefore(path: string, copy: string, good: boolean): BelfryError {
  const meant = `to start without jobs and accounts, write {} into it`;
  return new BelfryError({
    code: 'BAD_CONFIG',
    what: 'The configuration is gone',
    where: `from ${path}`,
    why: 'It was moved or deleted while Belfry was not running',
    remedy: good
      ? `Put it back; until then its last good version (${copy}) is in force, and the next change writes it anew; ${meant}`
      : `Put it back; ${untilThen(false)}, for the copy of its last good version cannot be used either; ${meant}`,
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
