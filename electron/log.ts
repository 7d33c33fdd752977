import type { Log } from '../shared/index.ts';

/** The headless host's log: a line per remark, as text for people or as JSON for collectors. */
export function headlessLog(
  form: 'text' | 'json',
  write: (line: string) => void,
  now: () => Date = () => new Date(),
): Log {
  return (level, message, details) => {
    const at = now().toISOString();
    if (form === 'json') return write(JSON.stringify({ at, level, message, ...details }));
    const more = details === undefined ? '' : ` ${JSON.stringify(details)}`;
    write(`${at} ${level.padEnd(5)} ${message}${more}`);
  };
}
