import { resolve } from 'node:path';
import type { Arguments } from './arguments.ts';

/** The folder that this start works in, and whether it is the usual one: a demonstration has a home of its own. */
export function chooseHome(
  args: Arguments,
  usual: string,
  demoHome: (home: string) => string,
): { home: string; usual: boolean } {
  if (args.home !== null) return { home: resolve(args.home), usual: resolve(args.home) === usual };
  return args.demo ? { home: demoHome(usual), usual: false } : { home: usual, usual: true };
}
