import { type Command, type CommanderError, InvalidArgumentError } from 'commander';
import { BelfryError, nearest } from '../../shared/index.ts';

/** A mistake on the command line, in the form of every other error. */
export function usageError(error: CommanderError, program: Command, args: readonly string[]): BelfryError {
  const [first = '', hint = ''] = error.message.replace(/^error: /, '').split('\n');
  const [what = '', ...reasons] = first.split('. ');
  const why = [...reasons, hint.replace(/^\(|\)$/g, '')].filter(Boolean).join(' ');
  const help = ['belfry', ...commandIn(program, args), '--help'].join(' ');
  const noCommand = error.code === 'commander.help';
  return new BelfryError({
    code: 'BAD_INPUT',
    what: noCommand ? 'There is no command' : sentenceStart(what.replace(/\.$/, '')),
    where: 'on the command line',
    why: why || 'The command line must name a command with what it takes',
    remedy: `See \`${help}\``,
  });
}

/**
 * What to say when nothing was found under a word that stands where a sub-command could: `belfry jobs undo` looks for a
 * job "undo", and `belfry jobs run` should have been `belfry run-job`. '' when the word is a sub-command or the command has none.
 */
export function subcommandHint(program: Command, args: readonly string[]): string {
  const words = args.filter((arg) => !arg.startsWith('-'));
  const group = commandOf(program, words);
  const word = group && words[words.indexOf(group.name()) + 1];
  if (!group || word === undefined || group.commands.length === 0) return '';
  const names = group.commands.map((command) => command.name());
  if (names.includes(word)) return '';
  const other = program.commands
    .map((command) => command.name())
    .find((name) => isPair(name, word, group.name()));
  if (other) return `Did you mean \`belfry ${other}\`?`;
  const guess = nearest(word, names);
  return guess
    ? `Did you mean \`belfry ${group.name()} ${guess}\`?`
    : `If you meant a command: belfry ${group.name()} has ${names.join(', ')}.`;
}

/** `run-job` is a pair of `run` and `jobs`. */
function isPair(name: string, word: string, group: string): boolean {
  const [verb, noun] = name.split('-');
  return verb === word && noun !== undefined && group.startsWith(noun);
}

function commandIn(program: Command, args: readonly string[]): string[] {
  const named = commandOf(program, args);
  return named ? [named.name()] : [];
}

/** The first word that is one: in `jobs run` it is `jobs`. */
function commandOf(program: Command, words: readonly string[]): Command | undefined {
  for (const word of words) {
    const found = program.commands.find((command) => command.name() === word);
    if (found) return found;
  }
  return undefined;
}

/** Reads a whole number between `least` and `most`. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

/** Takes one of a list of words, with a suggestion for a misspelt one. */
export function oneOf<T extends string>(words: readonly T[]): (text: string) => T {
  return (text) => {
    const word = words.find((candidate) => candidate === text);
    if (word !== undefined) return word;
    const guess = nearest(text, words);
    throw new InvalidArgumentError(
      `It must be one of ${words.join(', ')}.${guess ? `\n(Did you mean ${guess}?)` : ''}`,
    );
  };
}

function sentenceStart(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
