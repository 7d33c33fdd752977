import type { Command } from 'commander';
import { workspaceSchema } from '../../../shared/index.ts';
import { readJsonFile } from '../json-file.ts';
import { parseMany } from '../many.ts';
import { table } from '../table.ts';
import { oneLine } from '../text.ts';
import type { Use } from '../use.ts';

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
