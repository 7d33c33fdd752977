import { InvalidArgumentError } from 'commander';
import type { RunParameters } from '../../shared/index.ts';

/** What `--arg` and `--env` gave, each as often as it stood there. */
export type ParameterOptions = { arg: string[]; env: Record<string, string> };

/** Parameters of a run, or nothing when none were given. */
export function parametersOf({ arg, env }: ParameterOptions): { parameters?: RunParameters } {
  return arg.length === 0 && Object.keys(env).length === 0 ? {} : { parameters: { args: arg, env } };
}

/** Takes one more `NAME=VALUE`. */
export function addVariable(text: string, before: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be of the form NAME=VALUE.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
