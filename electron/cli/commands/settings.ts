import { resolve } from 'node:path';
import type { Command } from 'commander';
import {
  BelfryError,
  parse,
  type Settings,
  settingsPatchSchema,
  unknownAccounts,
  workspaceSchema,
} from '../../../shared/index.ts';
import type { Context, Use } from '../context.ts';
import { parseMany, readJsonFile } from '../files.ts';
import { counted, oneLine, pairs, table } from '../terminal.ts';

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

/** Notes printed as text; all of them are in `--json`. */
const mostNotes = 20;

/** Configuration: check. */
export function configCommands(program: Command, use: Use): void {
  const config = program
    .command('config')
    .description('config.json: jobs, workspaces, accounts and settings');
  config
    .command('check', { isDefault: true })
    .description('check config.json; works without a running engine')
    .argument('[file]', 'another file than the one of the home folder')
    .action(
      use(async ({ io, paths, show }, name: string | undefined) => {
        const file = name === undefined ? paths.config : resolve(io.folder, name);
        const { readConfigFile } = await import('../config-file.ts');
        const { jobs, workspaces, accounts } = await readConfigFile(file, {
          mayBeMissing: name === undefined,
        });
        const { triggerNotes } = await import('../../scheduler/index.ts');
        const notes = jobs.flatMap((job, index) =>
          [...triggerNotes(job.triggers), ...unknownAccounts(job, accounts)].map((note) => ({
            ...note,
            field: `jobs[${index}].${note.field}`,
          })),
        );
        const found = {
          file,
          jobs: jobs.length,
          workspaces: workspaces.length,
          accounts: accounts.length,
          notes,
        };
        show(found, () =>
          [
            `${file} is good: ${counted(jobs.length, 'job')}, ${counted(workspaces.length, 'workspace')}, ${counted(accounts.length, 'account')}.`,
            ...notes.slice(0, mostNotes).map(({ field, message }) => `Note: ${field} ${message}.`),
            ...(notes.length > mostNotes ? [`… and ${counted(notes.length - mostNotes, 'more note')}.`] : []),
          ].join('\n'),
        );
      }),
    );
}

/** Workspaces: list, set, remove. */
export function workspaceCommands(program: Command, use: Use): void {
  const workspaces = program.command('workspaces').description('workspaces: where the commands of jobs run');
  workspaces
    .command('list', { isDefault: true })
    .description('list the workspaces')
    .action(
      use(async (context) => {
        const list = await context.call('workspaces.list', {});
        const rows = list.map(({ id, cwd, command }) => [id, cwd, oneLine(command.join(' '))]);
        context.show(list, () =>
          rows.length === 0
            ? 'There are no workspaces.'
            : table(['ID', 'FOLDER', 'COMMAND'], rows, context.io.columns),
        );
      }),
    );
  workspaces
    .command('set')
    .description('add a workspace, or replace the one with its id; also a list of them')
    .argument('<file>', 'JSON file, or - for standard input')
    .action(
      use(async (context, file: string) => {
        const list = parseMany(workspaceSchema, await readJsonFile(context.io, file));
        for (const workspace of list) await context.call('workspaces.put', { workspace });
        context.show({}, () => `Set ${list.map(({ id }) => id).join(', ')}.`);
      }),
    );
  workspaces
    .command('remove')
    .description('remove a workspace')
    .argument('<id>')
    .action(
      use(async (context, id: string) => {
        await context.call('workspaces.remove', { id });
        context.show({}, () => `Removed the workspace ${id}.`);
      }),
    );
}
