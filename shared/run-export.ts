import { fromInstant } from './basics.ts';
import type { CallInput } from './contract.ts';
import type { OutputLine, RunView, StepView } from './run.ts';
import { plainText } from './terminal-text.ts';

/** Forms in which a run can be taken out of Belfry. */
export const exportFormats = ['text', 'json'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** A place where output is missing: how many lines after the one numbered `after` (0 = from the beginning). */
export type MissingOutput = { after: number; lines: number; remark: string | null };

/** How one format is written, piece by piece; `end` gets every place where output is missing. */
type Writer = {
  head(run: RunView): string;
  line(line: OutputLine, isFirst: boolean): string;
  missing(gap: MissingOutput): string;
  end(gaps: readonly MissingOutput[]): string;
};

/** Lines asked for at once. */
const page = 1000;

/**
 * One run as a document, piece by piece: what is known of it, its steps, every line of its output as it is stored
 * (secrets masked), and where output is missing. `output` answers `runs.output`; only a page of lines is held at a time.
 * Of a run at work it gives what has been printed by now.
 */
export async function* exportRun(
  run: RunView,
  format: ExportFormat,
  output: (query: CallInput<'runs.output'>) => Promise<OutputLine[]>,
): AsyncGenerator<string, void> {
  const writer = writers[format];
  const gaps: MissingOutput[] = [];
  const [newest] = await output({ id: run.id, tail: true, limit: 1 });
  yield writer.head(run);
  for (let last = 0; newest && last < newest.seq; ) {
    const lines = await output({ id: run.id, after: last, limit: page });
    if (lines.length === 0) break; // Retention has taken the rest meanwhile.
    let text = '';
    for (const line of lines) {
      if (line.seq > newest.seq) break;
      const gap = gapBefore(line, last);
      if (gap) gaps.push(gap);
      // The remark that stands in the place of cut lines says so itself.
      if (gap?.remark === null) text += writer.missing(gap);
      text += writer.line(line, last === 0);
      last = line.seq;
    }
    yield text;
    if ((lines.at(-1)?.seq ?? 0) > newest.seq) break;
  }
  yield writer.end(gaps);
}

function gapBefore(line: OutputLine, last: number): MissingOutput | undefined {
  const lines = line.seq - last - 1;
  if (lines === 0) return undefined;
  // The remark has the number of the last line that was cut.
  if (line.stream === 'belfry') return { after: last, lines: lines + 1, remark: line.text };
  return { after: last, lines, remark: null };
}

const text: Writer = {
  head: (run) =>
    [
      ...aligned(factsOf(run)),
      '',
      ...(run.steps.length > 0 ? ['Steps', ...stepsOf(run.steps), ''] : []),
      'Output (time in UTC, step, stream)',
      '',
    ].join('\n'),
  line: ({ at, step, stream, text: words }) =>
    `${at}  ${step + 1}  ${stream.padEnd(6)}  ${plainText(words)}\n`,
  missing: ({ lines }) => `(${lines} lines are not kept any more)\n`,
  end: () => '',
};

const json: Writer = {
  head: (run) => `{\n"run": ${JSON.stringify(withoutValues(run), undefined, 2)},\n"lines": [`,
  line: ({ runId: _, ...line }, isFirst) => `${isFirst ? '' : ','}\n${JSON.stringify(line)}`,
  missing: () => '',
  end: (gaps) => `\n],\n"missing": ${JSON.stringify(gaps)}\n}\n`,
};

const writers: Record<ExportFormat, Writer> = { text, json };

function factsOf(run: RunView): (readonly [string, string | null])[] {
  const { gap, parameters } = run;
  return [
    ['Run', run.id],
    ['Job', `${run.jobName} (${run.jobId})`],
    ['Status', run.status],
    ['Reason', run.reason],
    ['Trigger', run.attempt > 1 ? `${run.cause}, attempt ${run.attempt}` : run.cause],
    ['Due', run.slot],
    ['Slots', gap && `${gap.count}, from ${gap.first} to ${gap.last}`],
    ['Arguments', parameters && parameters.args.length > 0 ? JSON.stringify(parameters.args) : null],
    ['Variables', Object.keys(parameters?.env ?? {}).join(', ') || null],
    ['Created', run.createdAt],
    ['Started', run.startedAt],
    ['Finished', run.finishedAt],
    ['Took', took(run)],
  ];
}

function aligned(facts: readonly (readonly [string, string | null])[]): string[] {
  return facts.flatMap(([name, value]) => (value === null ? [] : [`${name.padEnd(9)}  ${oneLine(value)}`]));
}

function stepsOf(steps: readonly StepView[]): string[] {
  const width = Math.max(...steps.map(({ status }) => status.length));
  return steps.map((step, index) => {
    const details = [
      step.exitCode === null ? null : `exit code ${step.exitCode}`,
      step.signal,
      took(step),
      step.error && oneLine(step.error),
      step.result === undefined ? null : `result ${step.result}`,
    ].filter((detail) => detail !== null);
    const more = details.length === 0 ? '' : `: ${details.join(', ')}`;
    return `  ${index + 1}  ${step.status.padEnd(width)}  ${oneLine(step.name)}${more}`;
  });
}

function took({ startedAt, finishedAt }: Pick<RunView, 'startedAt' | 'finishedAt'>): string | null {
  if (startedAt === null || finishedAt === null) return null;
  return `${(fromInstant(finishedAt) - fromInstant(startedAt)) / 1000} s`;
}

function oneLine(words: string): string {
  return plainText(words.replace(/\s+/g, ' ')).trim();
}

/** An export goes to others: variables that the user gave the run are named, their values stay here. */
function withoutValues(run: RunView): RunView {
  if (!run.parameters) return run;
  const env = Object.fromEntries(Object.keys(run.parameters.env).map((name) => [name, '•••']));
  return { ...run, parameters: { ...run.parameters, env } };
}
