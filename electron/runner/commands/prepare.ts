import { constants } from 'node:fs';
import { access, open, readdir, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import {
  BelfryError,
  type Clock,
  type CommandStep,
  type Job,
  type Log,
  type Problem,
  problemsError,
  type RunParameters,
  type Settings,
  type Workspace,
} from '../../../shared/index.ts';
import { isSecretName } from '../output/text.ts';

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

/** Environment variables by name. */
export type Environment = Record<string, string>;

type EngineEnvironment = Readonly<Record<string, string | undefined>>;

/** Variables that a command must not see: Belfry's own (keys among them), its service manager's, Electron's and those of `npm start`. */
const hidden =
  /^(BELFRY_|CREDENTIALS_DIRECTORY$|NOTIFY_SOCKET$|LISTEN_|WATCHDOG_|ELECTRON_|CHROME_DESKTOP$|npm_|INIT_CWD$)/;

/** The engine's environment as commands get it, with `path` in place of its PATH where one is given. */
export function commandEnvironment(engine: EngineEnvironment, path: string | null): Environment {
  const kept = Object.entries(engine).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !hidden.test(entry[0]),
  );
  const environment = Object.fromEntries(kept);
  if (path !== null) environment[pathName(environment)] = path;
  return environment;
}

/** Name of the variable that holds the search path: Windows spells it `Path`, and ignores case. */
function pathName(environment: Readonly<Environment>): string {
  return Object.keys(environment).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
}

/** The start-up files of a shell may hang; commands wait for them this long, in milliseconds. */
const shellTimeout = 10_000;

type EnvironmentDeps = {
  clock: Clock;
  log: Log;
  /** `path` wins over everything; null = the login shell's. */
  settings(): Pick<Settings, 'path'>;
  /** The engine's own environment. */
  engine?: EngineEnvironment;
};

/** The environment of commands, see `RunnerDeps`: PATH from the settings, else from the login shell (asked once), else the engine's own. */
export function createEnvironment(deps: EnvironmentDeps): () => Promise<Environment> {
  const engine = deps.engine ?? process.env;
  let login: Promise<string | null> | undefined;
  return async () => {
    const { path: chosen } = deps.settings();
    if (chosen !== null) return commandEnvironment(engine, chosen);
    login ??= askShell(deps, engine);
    return commandEnvironment(engine, await login);
  };
}

async function askShell({ log, clock }: EnvironmentDeps, engine: EngineEnvironment): Promise<string | null> {
  const start = clock.monotonic();
  const path = await captureLoginPath({
    shell: engine['SHELL'],
    platform: process.platform,
    environment: commandEnvironment(engine, null),
    timeoutMs: shellTimeout,
  });
  if (path === null && process.platform !== 'win32')
    log('warn', "The login shell's PATH could not be had; commands get the engine's own", {
      shell: engine['SHELL'],
      milliseconds: Math.round(clock.monotonic() - start),
    });
  return path;
}

type LoginPathDeps = {
  /** The user's shell, as `$SHELL` names it; undefined = /bin/sh. */
  shell: string | undefined;
  platform: NodeJS.Platform;
  environment: Readonly<Record<string, string | undefined>>;
  /** The start-up files of the shell may hang. */
  timeoutMs: number;
};

/** Printed around the PATH, since start-up files may print something too. */
const mark = '__BELFRY_PATH__';

/** fish joins lists with spaces, so it needs another command line. */
const fish = /(^|\/)fish$/;

/**
 * PATH of the user's login shell: an application that the desktop starts gets a short one (macOS: /usr/bin:/bin). Null on
 * Windows, where the PATH is the user's already, and when the shell fails or takes too long.
 */
export async function captureLoginPath(deps: LoginPathDeps): Promise<string | null> {
  if (deps.platform === 'win32') return null;
  const shell = deps.shell || '/bin/sh';
  const path = fish.test(shell) ? '(string join : $PATH)' : '"$PATH"';
  const { stdout, failed } = await execa(
    shell,
    ['-l', '-i', '-c', `printf '%s%s%s' ${mark} ${path} ${mark}`],
    {
      env: { ...deps.environment, TERM: 'dumb', DISABLE_AUTO_UPDATE: 'true' },
      extendEnv: false,
      stdin: 'ignore',
      stderr: 'ignore',
      timeout: deps.timeoutMs,
      forceKillAfterDelay: 200,
      killDescendants: true,
      cleanup: false,
      reject: false,
      maxBuffer: 1024 * 1024,
    },
  );
  const found = stdout.split(mark)[1]?.trim();
  return failed || !found ? null : found;
}

/** A command that is ready to run, with everything filled in. */
export type ReadyCommand = {
  file: string;
  args: readonly string[];
  cwd: string;
  environment: Environment;
  /** `file` is one line for the system's shell. */
  shell: boolean;
  /** For errors: `step "Ingest" of job "news"`. */
  where: string;
};
