import { BelfryError } from '../../../shared/index.ts';
import type { ReadyCommand } from './child.ts';

/** Inside quotes cmd.exe still takes these as its own, and has no escape for them (CVE-2024-27980). */
const unsafeForCmd = /["%!\r\n\0]/;

/**
 * A line for the system's shell with words at its end that stay words, whatever is in them: a POSIX shell gets them as
 * positional parameters, which it never reads as a part of the line; cmd.exe gets them in quotes. Throws BAD_INPUT for a
 * word that cmd.exe would read as a command.
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
