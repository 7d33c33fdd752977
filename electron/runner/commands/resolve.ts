import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { BelfryError } from '../../../shared/index.ts';
import { type Environment, pathName } from './environment.ts';
import { foreignProgram } from './foreign-program.ts';

/** What stands at a path, as far as it matters for running it. */
type Finding = 'program' | 'nothing' | 'folder' | 'not-executable';

/** Folder in which a command runs, absolute. Throws FOLDER_NOT_FOUND when it does not exist or is none. */
export async function resolveFolder(baseFolder: string, cwd: string, where: string): Promise<string> {
  const folder = resolve(baseFolder, cwd);
  const there = await stat(folder).catch(() => undefined);
  if (there?.isDirectory()) return folder;
  throw new BelfryError({
    code: 'FOLDER_NOT_FOUND',
    what: there ? `"${folder}" is not a folder` : `The folder "${folder}" does not exist`,
    where,
    why: isAbsolute(cwd) ? 'The command is to run there' : `"${cwd}" is taken from ${baseFolder}`,
    remedy: 'Create it, or correct "cwd"',
  });
}

/**
 * The file that `program` means, absolute: a path from `folder`, or a name looked up in the environment's PATH.
 * Throws COMMAND_NOT_FOUND saying where was looked.
 */
export async function resolveProgram(
  program: string,
  { folder, environment, where }: { folder: string; environment: Environment; where: string },
): Promise<string> {
  const isPath = /[/\\]/.test(program) || isAbsolute(program);
  const path = environment[pathName(environment)] ?? '';
  const folders = isPath ? [folder] : path.split(delimiter).map((entry) => resolve(folder, entry || '.'));
  const refused: string[] = [];
  let isForeign = false;
  for (const place of folders) {
    for (const ending of endings(environment)) {
      const file = isPath ? resolve(place, program + ending) : join(place, program + ending);
      const finding = await examine(file);
      const madeFor = finding === 'program' ? await foreignProgram(file) : null;
      if (finding === 'program' && madeFor === null) return file;
      if (madeFor !== null) {
        isForeign = true;
        refused.push(`${file} is a program for ${madeFor}, and not for this machine`);
      } else if (finding !== 'nothing' && finding !== 'program')
        refused.push(`${file} is ${reasons[finding]}`);
    }
  }
  throw new BelfryError({
    code: 'COMMAND_NOT_FOUND',
    what: `The program "${program}" cannot be run`,
    where,
    why: refused.length > 0 ? refused.join('; ') : `It is in none of these places: ${folders.join(', ')}`,
    remedy: isForeign
      ? 'Install the one that is built for this machine'
      : remedyFor(isPath, refused.length > 0),
  });
}

const reasons = { folder: 'a folder', 'not-executable': 'a file without the right to execute it' } as const;

function remedyFor(isPath: boolean, refused: boolean): string {
  if (refused) return 'Name a program, or give the file the right with "chmod +x"';
  return isPath
    ? 'Correct the path of the program'
    : 'Install it, give its full path, or set the PATH in the settings';
}

/** On Windows a program is found with the endings of PATHEXT, elsewhere under its own name. */
function endings(environment: Environment): string[] {
  const list = environment['PATHEXT'];
  return process.platform === 'win32' && list ? ['', ...list.split(';')] : [''];
}

async function examine(file: string): Promise<Finding> {
  const [there, allowed] = await Promise.all([
    stat(file).catch(() => undefined),
    access(file, constants.X_OK).then(
      () => true,
      () => false,
    ),
  ]);
  if (!there) return 'nothing';
  if (there.isDirectory()) return 'folder';
  return allowed ? 'program' : 'not-executable';
}
