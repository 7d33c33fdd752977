import type { OutputLine } from '../../shared/index.ts';
import type { Context } from './context.ts';
import { plain } from './text.ts';
import { timeOfDay } from './when.ts';

/** One line of output for people: time, the run when lines of several are mixed, text. */
export function lineText({ paint, io }: Context, line: OutputLine, mixed: boolean): string {
  const time = paint('dim', timeOfDay(line.at, io.timezone));
  const run = mixed ? ` ${paint('cyan', line.runId)}` : '';
  const text = plain(line.text);
  if (line.stream === 'stderr') return `${time}${run} ${paint('yellow', text)}`;
  return `${time}${run} ${line.stream === 'belfry' ? paint('dim', text) : text}`;
}

/** Passes every line once and in the order of its run, from wherever it came; `gap` hears how many are missing before one. */
export function onceOnly(
  pass: (line: OutputLine) => void,
  gap: (runId: string, missing: number) => void = () => {},
): (lines: readonly OutputLine[]) => void {
  const last = new Map<string, number>();
  return (lines) => {
    for (const line of lines) {
      const before = last.get(line.runId);
      if (before !== undefined && line.seq <= before) continue;
      if (before !== undefined && line.seq > before + 1) gap(line.runId, line.seq - before - 1);
      last.set(line.runId, line.seq);
      pass(line);
    }
  };
}
