#!/usr/bin/env node
// feed.mjs ingest | deduplicate | draft | job: a feed (RSS, Atom) in three small steps to posts for Belfry.
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { deduplicate } from './deduplicate.mjs';
import { draft } from './draft.mjs';
import { ingest } from './ingest.mjs';
import { jobFor } from './job.mjs';
import { Problem, reasonOf } from './problem.mjs';
import { withState } from './state.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const text = { type: 'string' };
const common = { state: { ...text, default: 'feed-state.json' } };
const posting = {
  accounts: text,
  max: { ...text, default: '5' },
  limit: { ...text, default: '500' },
  'every-minutes': { ...text, default: '30' },
  language: text,
};

const commands = {
  ingest: {
    options: { feed: text, 'newer-than-days': text, ...common },
    run: (options) => change(options, (state) => ingest(state, options, Date.now())),
  },
  deduplicate: {
    options: common,
    run: (options) => change(options, (state) => deduplicate(state)),
  },
  draft: {
    options: { ...posting, 'again-hours': { ...text, default: '0' }, ...common },
    run: (options) =>
      withState(options.state, (state, save) => draft(state, save, readPosting(options), Date.now(), print)),
  },
  job: {
    options: { feed: { ...text, default: resolve(here, 'feed.xml') }, ...posting, ...common },
    run: async (options) => {
      readPosting({ ...options, 'again-hours': '0' });
      await print(`${JSON.stringify(jobFor(here, options), null, 2)}\n`);
    },
  },
};

/** Runs a step that changes the state and says what it did; the state is stored before that is said. */
async function change(options, step) {
  const summary = await withState(options.state, async (state, save) => {
    const done = await step(state);
    await save();
    return done;
  });
  process.stderr.write(`${summary}\n`);
}

function readPosting(options) {
  const accounts = (options.accounts ?? '')
    .split(',')
    .map((id) => id.trim())
    .filter(Boolean);
  if (accounts.length === 0)
    throw badOption('accounts', 'It must name at least one account', '--accounts ada-example');
  const bad = accounts.find((id) => !/^[a-z0-9][a-z0-9_-]{0,63}$/.test(id));
  if (bad) throw badOption('accounts', `"${bad}" is no account id`, '--accounts ada-example,news');
  if (options.language && !/^[a-z]{2,3}(-[A-Za-z0-9]+)*$/.test(options.language))
    throw badOption('language', `"${options.language}" is no language code`, '--language en');
  return {
    accounts: [...new Set(accounts)],
    max: wholeNumber(options, 'max', 1, 1000),
    limit: wholeNumber(options, 'limit', 50, 100_000),
    everyMs: wholeNumber(options, 'every-minutes', 0, 525_600) * 60_000,
    againMs: wholeNumber(options, 'again-hours', 0, 8760) * 3_600_000,
    language: options.language,
    images: resolve(dirname(resolve(options.state)), 'feed-images'),
  };
}

function wholeNumber(options, name, least, most) {
  const value = Number(options[name]);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw badOption(
    name,
    `It must be a whole number from ${least} to ${most}, not "${options[name]}"`,
    `--${name} ${least}`,
  );
}

function badOption(name, why, example) {
  return new Problem('BAD_INPUT', 'An option is wrong', `--${name}`, why, `Write it like ${example}`);
}

/** Resolves when the reader has it, so that nothing counts as said before it was. */
function print(text) {
  return new Promise((done, fail) => process.stdout.write(text, (error) => (error ? fail(error) : done())));
}

async function main(argv) {
  const [name = '', ...rest] = argv;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    const known = Object.keys(commands).join(', ');
    throw new Problem(
      'BAD_INPUT',
      `Unknown step "${name}"`,
      'feed.mjs',
      `The steps are ${known}`,
      'Name one of them',
    );
  }
  let options;
  try {
    options = parseArgs({ args: rest, options: command.options }).values;
  } catch (error) {
    const known = Object.keys(command.options)
      .map((option) => `--${option}`)
      .join(', ');
    throw new Problem(
      'BAD_INPUT',
      'An option is wrong',
      `feed.mjs ${name}`,
      reasonOf(error),
      `Known are ${known}`,
    );
  }
  await command.run(options);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const problem =
    error instanceof Problem
      ? error
      : new Problem(
          'FAILED',
          'The step failed',
          `feed.mjs ${process.argv[2] ?? ''}`,
          reasonOf(error),
          'Run it again',
        );
  process.stderr.write(`${problem.message}\n`);
  process.exitCode = problem.code === 'BAD_INPUT' ? 2 : 1;
}
