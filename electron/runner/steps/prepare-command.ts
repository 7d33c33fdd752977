import process from 'node:process';
import { BelfryError, type Workspace } from '../../../shared/index.ts';
import type { ReadyCommand } from '../commands/child.ts';
import type { Environment } from '../commands/environment.ts';
import { resolveFolder, resolveProgram } from '../commands/resolve.ts';
import { shellLine } from '../commands/shell-line.ts';
import type { GivenStep } from '../parameters.ts';

export type PrepareNeeds = {
  workspace(id: string): Workspace | undefined;
  baseFolder: string;
  environment: Environment;
};

/**
 * Fills in workspace, folder, program and environment of a command step; `marks` are Belfry's own variables.
 * Throws NOT_FOUND (workspace), FOLDER_NOT_FOUND or COMMAND_NOT_FOUND.
 */
export async function prepareCommand(
  needs: PrepareNeeds,
  step: GivenStep,
  marks: Environment,
  where: string,
): Promise<ReadyCommand> {
  const workspace = step.workspace === undefined ? undefined : findWorkspace(needs, step.workspace, where);
  const [program = '', ...args] = [...(workspace?.command ?? step.command ?? []), ...step.args];
  const environment = { ...needs.environment, ...workspace?.env, ...step.env, ...marks };
  const base = workspace ? await resolveFolder(needs.baseFolder, workspace.cwd, where) : needs.baseFolder;
  const folder = await resolveFolder(base, step.cwd ?? '.', where);
  if (step.shell)
    return {
      ...shellLine([program, ...args].join(' '), step.given ?? [], { platform: process.platform, where }),
      cwd: folder,
      environment,
      where,
    };
  const file = await resolveProgram(program, { folder, environment, where });
  return { file, args, cwd: folder, environment, shell: false, where };
}

function findWorkspace(needs: PrepareNeeds, id: string, where: string): Workspace {
  const workspace = needs.workspace(id);
  if (workspace) return workspace;
  throw new BelfryError({
    code: 'NOT_FOUND',
    what: `There is no workspace "${id}"`,
    where,
    why: 'The step takes its folder and command from it',
    remedy: 'Add it under "workspaces", or correct the name',
  });
}
