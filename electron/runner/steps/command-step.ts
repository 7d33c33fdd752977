import { type CommandStep, toInstant } from '../../../shared/index.ts';
import type { Environment } from '../commands/environment.ts';
import type { Starter } from '../helper/starter.ts';
import { resultName } from '../job-problems.ts';
import { createJsonResult, type JsonResult } from '../output/json-result.ts';
import { createLastLines } from '../output/last-lines.ts';
import { createPostLines, type PostLines, type PostLinesEnd } from '../output/post-lines.ts';
import type { RunnerNeeds, StepChange } from '../ports.ts';
import type { Processes } from '../processes/port.ts';
import type { RunContext } from '../run-context.ts';
import { runCommand } from './command.ts';
import { type StepOutcome, stopped, stopReason } from './outcome.ts';
import { prepareCommand } from './prepare-command.ts';
import type { TextSink } from './reading.ts';

export type StepNeeds = RunnerNeeds & { processes: Processes; start: Starter['start'] };

type CommandContext = {
  step: CommandStep;
  position: number;
  signal: AbortSignal;
  say(text: string): void;
  change(change: StepChange): void;
  where: string;
};

/** Runs a command as a step: looks everything up, records what it prints, and takes its posts or its result. */
export async function runCommandStep(
  needs: StepNeeds,
  context: RunContext,
  at: CommandContext,
): Promise<StepOutcome> {
  const { step, position, say } = at;
  const { run, environment, recorder, mask } = context;
  const ready = await prepareCommand({ ...needs, environment }, step, marksOf(context), at.where);
  const record = (stream: 'stdout' | 'stderr'): TextSink => ({
    ...recorder.sink(position, stream),
    pressure: recorder.pressure,
  });
  const posts = step.output === 'posts' ? postsOf(needs, context, at, ready.cwd) : undefined;
  const result = step.output === 'json' ? createJsonResult() : undefined;
  const lastWords = createLastLines();
  const outcome = await runCommand(
    {
      clock: needs.clock,
      processes: needs.processes,
      start: needs.start,
      runId: run.id,
      signal: at.signal,
      sinks: {
        stdout: both(record('stdout'), posts ?? result),
        stderr: both(record('stderr'), lastWords),
      },
      say,
      spawned: ({ pid, startedAt }) => at.change({ pid, pidStartedAt: startedAt }),
    },
    ready,
  );
  const taken = await posts?.end();
  const explained = withReason(outcome, lastWords.text(mask.text));
  if (taken) return withPosts(explained, taken, at.signal);
  if (result && stopReason(at.signal)) say('No result was taken from its output, since it was stopped.');
  return result && outcome.status === 'success' ? withResult(outcome, result, mask) : explained;
}

/** How a command failed, together with what it said last on its standard error. */
function withReason(outcome: StepOutcome, said: string): StepOutcome {
  if (outcome.status !== 'failed' || !outcome.error || said === '') return outcome;
  return { ...outcome, error: `${outcome.error.replace(/\.$/, '')}: ${said}` };
}

/** A step whose lines were not all taken is no success, and says what is missing. */
function withPosts(
  outcome: StepOutcome,
  { problem, skipped, lines, missed }: PostLinesEnd,
  signal: AbortSignal,
): StepOutcome {
  const reason = stopReason(signal);
  if (reason && (missed > 0 || outcome.status !== 'success')) {
    const { error } = stopped(reason);
    const upTo = `Of the posts that it printed, those up to line ${lines} were taken.`;
    return { ...outcome, status: reason, error: `${error} ${upTo}` };
  }
  if (outcome.status !== 'success') return outcome;
  if (problem !== null) return { ...outcome, status: 'failed', error: problem };
  if (skipped === 0) return outcome;
  const summary = `${skipped} of the printed posts ${skipped === 1 ? 'was' : 'were'} there already, and not added again.`;
  return { ...outcome, summary };
}

/** The result is masked like all that is stored: a later step gets a secret from its own environment. */
function withResult(outcome: StepOutcome, result: JsonResult, mask: RunContext['mask']): StepOutcome {
  const taken = result.take();
  if ('problem' in taken) return { ...outcome, status: 'failed', error: taken.problem };
  return { ...outcome, result: mask.text(taken.value) };
}

function postsOf(
  needs: StepNeeds,
  { run, mask }: RunContext,
  { step, signal, say }: CommandContext,
  folder: string,
): PostLines {
  const take = needs.takePosts({
    runId: run.id,
    jobId: run.jobId,
    as: step.posts,
    folder,
    limits: step.postLimits ?? {},
  });
  return createPostLines({
    clock: needs.clock,
    signal,
    take: async (line, origin) =>
      mask.text(line) === line
        ? take(line, origin)
        : [{ field: '', message: 'contains a secret that Belfry keeps' }],
    origin: `${run.originId}/${step.name}`,
    refused: say,
  });
}

/** A sink that feeds a reader as well. */
function both(sink: TextSink, reader?: Pick<TextSink, 'write'> & Partial<TextSink>): TextSink {
  if (!reader) return sink;
  return {
    write(text) {
      sink.write(text);
      reader.write(text);
    },
    end: sink.end,
    pressure: () => reader.pressure?.() ?? sink.pressure(),
  };
}

/** What a command learns of its run (design §4). */
function marksOf({ run, results }: Pick<RunContext, 'run' | 'results'>): Environment {
  return {
    BELFRY_RUN_ID: run.id,
    BELFRY_JOB_ID: run.jobId,
    BELFRY_ATTEMPT: String(run.attempt),
    ...(run.slot === null ? {} : { BELFRY_SLOT: toInstant(run.slot) }),
    ...Object.fromEntries([...results].map(([name, result]) => [resultName(name), result])),
  };
}
