import type { JobInput } from '../../../shared/index.ts';

type Step = JobInput['steps'][number];

/** What a command runs in: the settings above its entry. */
export type CommandPlace = {
  /** SHELL, when the crontab sets it. */
  shell: string | null;
  cwd: string | null;
  env: Record<string, string>;
};

/** Turns the command of a crontab entry into a step: an argv where it needs no shell, a shell line otherwise. */
export function readCommand(command: string, place: CommandPlace): { step: Step; remarks: string[] } {
  const { line, input } = splitInput(command);
  const remarks =
    input === null ? [] : ['What follows the first % is given to the command as input, as cron does.'];
  const fed = input === null ? line : `printf '%s\\n' ${quoted(input)} | { ${line}\n}`;
  const words = input === null ? plainWords(line) : null;
  const base = {
    type: 'command' as const,
    name: 'Command',
    ...(place.cwd === null ? {} : { cwd: place.cwd }),
    ...(Object.keys(place.env).length === 0 ? {} : { env: place.env }),
  };
  if (words) return { step: { ...base, command: words }, remarks };
  if (place.shell !== null && place.shell !== '/bin/sh') {
    return { step: { ...base, command: [place.shell, '-c', fed] }, remarks };
  }
  return { step: { ...base, command: [fed], shell: true }, remarks };
}

/** In a crontab the first unescaped % ends the command, the rest is its input with further % as line ends; `\%` is a %. */
function splitInput(command: string): { line: string; input: string | null } {
  const parts = command.split(/(?<!\\)%/).map((part) => part.replaceAll('\\%', '%'));
  const [line = '', ...rest] = parts;
  return { line: line.trim(), input: rest.length === 0 ? null : rest.join('\n') };
}

/** The words of a command that means the same with and without a shell, or null. */
function plainWords(line: string): string[] | null {
  // A first word with = would set a variable.
  return /^[\w./:@+,-]+(?:\s+[\w./:@+,=-]+)*$/.test(line) ? line.split(/\s+/) : null;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
