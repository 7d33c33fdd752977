import type { Command } from 'commander';
import { BelfryError, parse, type Settings, settingsPatchSchema } from '../../../shared/index.ts';
import type { Context } from '../context.ts';
import { pairs } from '../table.ts';
import type { Use } from '../use.ts';

/** Settings: show, set. */
export function settingsCommands(program: Command, use: Use): void {
  const settings = program.command('settings').description('settings of Belfry as a whole');
  settings
    .command('show', { isDefault: true })
    .description('show all settings')
    .action(
      use(async (context) => {
        const all = await context.call('settings.get', {});
        context.show(all, () => describe(all));
      }),
    );
  settings
    .command('set')
    .description('change settings')
    .argument('<name=value...>', 'such as lateLimitHours=12 or theme=dark; values as in config.json')
    .action(
      use(async (context: Context, assignments: string[]) => {
        const patch = parse(
          settingsPatchSchema,
          Object.fromEntries(assignments.map(assignment)),
          'the settings',
        );
        const all = await context.call('settings.set', patch);
        context.show(all, () => describe(all));
      }),
    );
}

function assignment(text: string): [string, unknown] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return [name, settingValue(value)];
  throw new BelfryError({
    code: 'BAD_INPUT',
    what: `"${text}" is not of the form NAME=VALUE`,
    where: 'on the command line',
    why: 'Each argument sets one setting',
    remedy: 'Write, for example, theme=dark',
  });
}

/** JSON where it is JSON (numbers, true, null, lists), else the text as it stands. */
function settingValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function describe(settings: Settings): string {
  return pairs(Object.entries(settings).map(([name, value]) => [name, JSON.stringify(value)] as const));
}
