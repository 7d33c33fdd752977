import { appendFileSync, renameSync, statSync } from 'node:fs';
import type { Clock, Log } from '../../shared/index.ts';

/** The file before this one is kept as `.old`, so that remarks never take more than twice this. */
const mostBytes = 1_000_000;

/** Remarks as lines in a file, for an application without a terminal, and on stderr for one with. */
export function createLog(
  file: string,
  clock: Pick<Clock, 'now'>,
  print: (line: string) => void = (line) => void process.stderr.write(line),
): Log {
  let bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return (level, message, details) => {
    const rest = details === undefined ? '' : ` ${JSON.stringify(details)}`;
    const line = `${new Date(clock.now()).toISOString()} ${level} ${message}${rest}\n`;
    print(line);
    try {
      if (bytes > mostBytes) {
        renameSync(file, `${file}.old`);
        bytes = 0;
      }
      appendFileSync(file, line, { mode: 0o600 });
      bytes += Buffer.byteLength(line);
    } catch {
      // A full disk is told by what depends on it; remarks must not stop anything.
    }
  };
}
