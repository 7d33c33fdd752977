import { resolve } from 'node:path';
import type { Command } from 'commander';
import { unknownAccounts } from '../../../shared/index.ts';
import { counted } from '../text.ts';
import type { Use } from '../use.ts';

/** Notes printed for people; all of them are in `--json`. */
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
        const { readConfigFile } = await import('../read-config.ts');
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
