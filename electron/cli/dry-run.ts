import { argvText, type PlannedStep } from '../../shared/index.ts';
import type { Context } from './context.ts';
import { pairs } from './table.ts';
import { counted, oneLine } from './text.ts';

const whenWords = {
  success: '',
  failure: ', after a failure only',
  always: ', in any case',
} as const satisfies Record<PlannedStep['when'], string>;

/** A dry run for people: each step with its very words, where it would run, and why it could not; `first` counts from 1. */
export function describeDryRun(context: Context, planned: readonly PlannedStep[], first: number): string {
  const commands = planned.filter(({ env }) => env.length > 0);
  const common = (commands[0]?.env ?? []).filter((name) => commands.every(({ env }) => env.includes(name)));
  const steps = planned.map((step, index) => describeStep(context, step, first + index, common));
  const variables =
    common.length === 0
      ? []
      : [`Every command gets ${counted(common.length, 'variable')}: ${common.join(', ')}`];
  const problems = planned.filter(({ problem }) => problem !== null).length;
  const end =
    problems === 0 ? 'Nothing was run.' : `Nothing was run; ${counted(problems, 'step')} could not be.`;
  return [...steps, ...variables, end].join('\n');
}

function describeStep(
  { paint }: Context,
  { name, type, when, argv, shell, cwd, env, problem }: PlannedStep,
  number: number,
  common: readonly string[],
): string {
  const what = { command: shell ? 'Shell line' : 'Command', builtin: 'Action', webhook: 'Request' }[type];
  const own = env.filter((variable) => !common.includes(variable));
  const facts = pairs([
    [what, shell || type !== 'command' ? argv.map(oneLine).join(' ') : argvText(argv)],
    ['Folder', cwd ?? undefined],
    ['Variables', own.join(', ')],
    ['Problem', problem === null ? undefined : paint('red', oneLine(problem))],
  ]);
  const indented = facts.split('\n').map((line) => `   ${line}`);
  return [`${number}. ${oneLine(name)}${whenWords[when]}`, ...indented].join('\n');
}
