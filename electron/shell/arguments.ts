import { resolve } from 'node:path';
import { BelfryError, namedHome, nearest } from '../../shared/index.ts';

/** What the command line asks of the desktop application. */
export type Arguments = {
  /** Home folder as given; null = the usual one. */
  home: string | null;
  /** Start in the tray, without a window. */
  hidden: boolean;
  demo: boolean;
  /** A `belfry://` address that the user followed. */
  link: string | null;
};

const flags = ['--home', '--hidden', '--demo'] as const;

/**
 * Reads `argv` (all of it). Chromium's own switches and the application's folder may stand among the arguments, so what
 * is unknown is passed over, unless it looks like a slip of the pen. Throws BAD_INPUT.
 */
export function parseArguments(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Arguments {
  const args = argv.slice(1);
  refuseSlips(args);
  return {
    home: homeOf(args, env),
    hidden: args.includes('--hidden'),
    demo: args.includes('--demo'),
    link: args.find((arg) => arg.startsWith('belfry://')) ?? null,
  };
}

function homeOf(args: readonly string[], env: Readonly<Record<string, string | undefined>>): string | null {
  const variable = env['BELFRY_HOME'];
  const at = args.findIndex((arg) => arg === '--home' || arg.startsWith('--home='));
  // An empty BELFRY_HOME is an unset one: scripts clear variables that way.
  if (at < 0) return variable ? namedHome(variable, 'BELFRY_HOME', env) : null;
  const arg = args[at] ?? '';
  const value = arg.includes('=') ? arg.slice(arg.indexOf('=') + 1) : args[at + 1];
  if (value && !value.startsWith('--')) return namedHome(value, '--home', env);
  throw new BelfryError({
    code: 'BAD_INPUT',
    what: '--home has no folder',
    where: 'on the command line',
    why: 'The folder must follow it',
    remedy: 'Write --home FOLDER',
    field: '--home',
  });
}

function refuseSlips(args: readonly string[]): void {
  for (const arg of args) {
    const name = arg.split('=')[0] ?? '';
    const guess =
      name.startsWith('--') && !flags.some((flag) => flag === name) ? nearest(name, flags) : undefined;
    if (!guess) continue;
    throw new BelfryError({
      code: 'BAD_INPUT',
      what: `Unknown option ${name}`,
      where: 'on the command line',
      why: `Belfry knows ${flags.join(', ')}`,
      remedy: `Did you mean ${guess}?`,
      field: name,
    });
  }
}

/** The folder that this start works in, and whether it is the usual one: a demonstration has a home of its own. */
export function chooseHome(
  args: Arguments,
  usual: string,
  demoHome: (home: string) => string,
): { home: string; usual: boolean } {
  if (args.home !== null) return { home: resolve(args.home), usual: resolve(args.home) === usual };
  return args.demo ? { home: demoHome(usual), usual: false } : { home: usual, usual: true };
}

const pages = ['jobs', 'runs', 'posts', 'accounts', 'settings', 'output'];

/** The window's route for a `belfry://` link such as `belfry://posts/ID`; '' (where the window is) for anything else. */
export function routeOfLink(link: string | null): string {
  if (link === null || !URL.canParse(link)) return '';
  const url = new URL(link);
  if (url.protocol !== 'belfry:' || !pages.includes(url.hostname)) return '';
  // A link comes from anywhere: it may lead to a page and an id, and nothing else.
  const [id = '', ...more] = url.pathname.split('/').filter((part) => part !== '');
  if (more.length > 0 || !/^[\w-]*$/.test(id)) return '';
  return id === '' ? `#/${url.hostname}` : `#/${url.hostname}/${id}`;
}

/** The oldest Electron whose SQLite is safe for two programs (design §2: at least 3.51.3). */
const oldestElectron = 42;

/** What to say on the screen when Belfry runs on an Electron that is for development only, or null. */
export function runtimeNotice(version: string): string | null {
  const major = Number(version.split('.')[0]);
  if (major >= oldestElectron) return null;
  return `Development runtime Electron ${version}: old, not for everyday use`;
}
