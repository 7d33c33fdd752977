// From a command step to a command that can be started: parameters, workspace, folder, program, shell.
import { constants } from 'node:fs';
import { access, open, readdir, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import process from 'node:process';
import {
  BelfryError,
  type CommandStep,
  type Job,
  type Problem,
  problemsError,
  type RunParameters,
  type Workspace,
} from '../../../shared/index.ts';
import { isSecretName } from '../output/text.ts';
import { type Environment, pathName, type ReadyCommand } from './spawn.ts';

type PrepareDeps = {
  workspace(id: string): Workspace | undefined;
  baseFolder: string;
  environment: Environment;
};

/**
 * Fills in workspace, folder, program and environment of a command step; `marks` are Belfry's own variables.
 * Throws NOT_FOUND (workspace), FOLDER_NOT_FOUND or COMMAND_NOT_FOUND.
 */
export async function prepareCommand(
  deps: PrepareDeps,
  step: GivenStep,
  marks: Environment,
  where: string,
): Promise<ReadyCommand> {
  const workspace = step.workspace === undefined ? undefined : findWorkspace(deps, step.workspace, where);
  const [program = '', ...args] = [...(workspace?.command ?? step.command ?? []), ...step.args];
  const environment = { ...deps.environment, ...workspace?.env, ...step.env, ...marks };
  const base = workspace ? await resolveFolder(deps.baseFolder, workspace.cwd, where) : deps.baseFolder;
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

function findWorkspace(deps: PrepareDeps, id: string, where: string): Workspace {
  const workspace = deps.workspace(id);
  if (workspace) return workspace;
  throw new BelfryError({
    code: 'NOT_FOUND',
    what: `There is no workspace "${id}"`,
    where,
    why: 'The step takes its folder and command from it',
    remedy: 'Add it under "workspaces", or correct the name',
  });
}

/** A command step with the arguments given to this run, where they cannot be appended to `args`. */
type GivenStep = CommandStep & { given?: readonly string[] };

/**
 * The job with the parameters of a run: arguments go to the first command from `fromStep` on, variables to all commands.
 * Arguments for a shell line stay apart from it, as `given`, so that the shell does not interpret them.
 */
export function withParameters(job: Job, fromStep: number, parameters: RunParameters | null): Job {
  if (!parameters) return job;
  const first = job.steps.findIndex((step, index) => index >= fromStep && step.type === 'command');
  const steps = job.steps.map((step, index) => {
    if (step.type !== 'command') return step;
    const given = index === first ? parameters.args : [];
    const env = { ...step.env, ...parameters.env };
    const ready: GivenStep = step.shell
      ? { ...step, env, given }
      : { ...step, env, args: [...step.args, ...given] };
    return ready;
  });
  return { ...job, steps };
}

/** Refuses variables named like a secret, since parameters are stored with the run. Throws BAD_INPUT. */
export function checkParameters(parameters: RunParameters | undefined): RunParameters | null {
  if (!parameters || (parameters.args.length === 0 && Object.keys(parameters.env).length === 0)) return null;
  const problems = Object.keys(parameters.env)
    .filter(isSecretName)
    .map(
      (name): Problem => ({
        field: `parameters.env.${name}`,
        message:
          'is named like a secret, and parameters are kept with the run; put it into the environment of the workspace',
      }),
    );
  if (problems.length > 0) throw problemsError(problems, 'the parameters of the run');
  return parameters;
}

/** What is found at a path. */
type Finding = 'program' | 'nothing' | 'folder' | 'not-executable';

/** Folder in which a command runs, absolute. Throws FOLDER_NOT_FOUND when it does not exist or is none. */
async function resolveFolder(baseFolder: string, cwd: string, where: string): Promise<string> {
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
 * The absolute path of a program: a path relative to `folder`, or a name that is searched in the environment's PATH.
 * Throws COMMAND_NOT_FOUND with the places that were searched.
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
  for (const searched of folders) {
    for (const ending of endings(environment)) {
      const file = isPath ? resolve(searched, program + ending) : join(searched, program + ending);
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

/** Windows also tries the extensions of PATHEXT. */
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

/** Machines of ELF files by number (ELF specification, `e_machine`; numbers from the System V ABI's registry). */
const elfMachines: Record<number, string> = {
  3: 'x86 (32 bit)',
  8: 'MIPS',
  20: 'PowerPC',
  21: 'PowerPC (64 bit)',
  22: 'IBM Z',
  40: 'ARM (32 bit)',
  62: 'x86 (64 bit)',
  183: 'ARM (64 bit)',
  243: 'RISC-V',
  258: 'LoongArch',
};

/** Machines whose programs each of Node's architectures runs; 64-bit systems also run 32-bit programs. */
const runnableMachines: Partial<Record<NodeJS.Architecture, readonly number[]>> = {
  x64: [62, 3],
  ia32: [3],
  arm64: [183, 40],
  arm: [40],
  ppc64: [21, 20],
  s390x: [22],
  riscv64: [243],
  loong64: [258],
};

/**
 * What a program was built for, by its first 20 bytes, when Linux on `architecture` cannot run it; null when it can, or
 * when that is unknown. Without this check a shell would read the file as a script and report "not found".
 */
export function foreignTo(architecture: NodeJS.Architecture, head: Uint8Array): string | null {
  const bytes = Buffer.from(head);
  if (bytes.length < 20) return null;
  const magic = bytes.readUInt32BE(0);
  if ([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe, 0xcafebabe].includes(magic)) return 'macOS';
  if (magic !== 0x7f454c46) return bytes.toString('latin1', 0, 2) === 'MZ' ? 'Windows' : null;
  const machine = bytes[5] === 2 ? bytes.readUInt16BE(18) : bytes.readUInt16LE(18);
  const runs = runnableMachines[architecture];
  if (!runs || runs.includes(machine)) return null;
  return elfMachines[machine] ?? `another processor (machine ${machine})`;
}

/** The same for a file; null on systems other than Linux, and where an emulator runs such programs (binfmt_misc). */
async function foreignProgram(file: string): Promise<string | null> {
  if (process.platform !== 'linux') return null;
  const made = await open(file).then(
    async (handle) => {
      try {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(20), 0, 20, 0);
        return foreignTo(process.arch, buffer.subarray(0, bytesRead));
      } finally {
        await handle.close();
      }
    },
    () => null, // A program may be executable but not readable.
  );
  return made !== null && (await hasEmulators()) ? null : made;
}

async function hasEmulators(): Promise<boolean> {
  const entries = await readdir('/proc/sys/fs/binfmt_misc').catch(() => []); // Not mounted: there can be no emulators.
  return entries.some((name) => !['register', 'status'].includes(name));
}

/** cmd.exe interprets these even inside quotes, and has no escape for them (CVE-2024-27980). */
const unsafeForCmd = /["%!\r\n\0]/;

/**
 * A line for the system's shell followed by arguments that it must not interpret: a POSIX shell gets them as positional
 * parameters, cmd.exe in quotes. Throws BAD_INPUT for an argument that cmd.exe would interpret all the same.
 */
export function shellLine(
  line: string,
  words: readonly string[],
  { platform, where }: { platform: string; where: string },
): Pick<ReadyCommand, 'file' | 'args' | 'shell'> {
  if (words.length === 0) return { file: line, args: [], shell: true };
  if (platform !== 'win32')
    return { file: '/bin/sh', args: ['-c', `${line} "$@"`, 'sh', ...words], shell: false };
  return { file: [line, ...words.map((word) => quotedForCmd(word, where))].join(' '), args: [], shell: true };
}

function quotedForCmd(word: string, where: string): string {
  if (!unsafeForCmd.test(word)) return `"${word.replace(/\\+$/, '$&$&')}"`;
  throw new BelfryError({
    code: 'BAD_INPUT',
    what: `The argument ${JSON.stringify(word)} cannot be given to a shell line`,
    where,
    why: 'cmd.exe takes ", %, ! and line breaks as its own, also inside quotes',
    remedy: 'Hand it over in a variable (--env) or a file, or call the program without "shell"',
  });
}
