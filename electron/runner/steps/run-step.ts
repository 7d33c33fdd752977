import { type CommandStep, toInstant } from '../../../shared/index.ts';
import type { Environment } from '../commands/environment.ts';
import { createPostLines, type PostLines } from '../output/post-lines.ts';
import type { RunnerNeeds, StepChange } from '../ports.ts';
import type { Processes } from '../processes/index.ts';
import type { RunContext, StepRunner } from '../run-context.ts';
import { runBuiltin } from './builtin.ts';
import { runCommand, type TextSink } from './command.ts';
import type { StepOutcome } from './outcome.ts';
import { prepareCommand } from './prepare-command.ts';

export type StepNeeds = RunnerNeeds & { processes: Processes; gate(): Promise<void> };

/** Runs steps of every type; whatever goes wrong is told in the run's output and becomes the step's error. */
export function createStepRunner(needs: StepNeeds): StepRunner {
  return async (context, position, signal, change) => {
    const step = context.job.steps[position];
    const say = (text: string) => context.recorder.say(position, text);
    try {
      if (step?.type === 'builtin')
        return await runBuiltin(needs.builtins[step.action], { clock: needs.clock, signal, say });
      if (step?.type === 'command')
        return await command(needs, context, { step, position, signal, say, change });
      return { status: 'failed', error: `The job has no step ${position + 1}.` };
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      say(text);
      return { status: 'failed', error: text };
    }
  };
}

type CommandContext = {
  step: CommandStep;
  position: number;
  signal: AbortSignal;
  say(text: string): void;
  change(change: StepChange): void;
};

async function command(needs: StepNeeds, context: RunContext, at: CommandContext): Promise<StepOutcome> {
  const { step, position, say } = at;
  const { run, job, environment, recorder } = context;
  const where = `step "${step.name}" of job "${job.id}"`;
  const ready = await prepareCommand({ ...needs, environment }, step, marksOf(context), where);
  const record = (stream: 'stdout' | 'stderr'): TextSink => ({
    ...recorder.sink(position, stream),
    pressure: recorder.pressure,
  });
  const posts = step.output === 'posts' ? postsOf(needs, context, at) : undefined;
  const outcome = await runCommand(
    {
      clock: needs.clock,
      processes: needs.processes,
      gate: needs.gate,
      runId: run.id,
      signal: at.signal,
      sinks: { stdout: posts ? both(record('stdout'), posts) : record('stdout'), stderr: record('stderr') },
      say,
      spawned: ({ pid, startedAt }) => at.change({ pid, pidStartedAt: startedAt }),
    },
    ready,
  );
  const problems = (await posts?.end()) ?? [];
  if (outcome.status !== 'success' || problems.length === 0) return outcome;
  return { ...outcome, status: 'failed', error: summary(problems) };
}

function postsOf(needs: StepNeeds, { run, mask }: RunContext, at: CommandContext): PostLines {
  return createPostLines({
    addPost: async (line, context) =>
      mask.text(line) === line
        ? needs.addPost(line, context)
        : [{ field: '', message: 'contains a secret that Belfry keeps' }],
    context: { runId: run.id, as: at.step.posts },
    origin: `${run.originId}/${at.step.name}`,
    refused: at.say,
  });
}

/** A sink that feeds two. */
function both(sink: TextSink, posts: PostLines): TextSink {
  return {
    write(text) {
      sink.write(text);
      posts.write(text);
    },
    end: sink.end,
    pressure: () => posts.pressure() ?? sink.pressure(),
  };
}

const problemsShown = 20;

function summary(problems: readonly string[]): string {
  const more = problems.length - problemsShown;
  const shown = problems.slice(0, problemsShown).join('; ');
  return more > 0 ? `${shown}; and ${more} more.` : `${shown}.`;
}

/** What a command learns of its run (design §4). */
function marksOf({ run, results }: RunContext): Environment {
  return {
    BELFRY_RUN_ID: run.id,
    BELFRY_JOB_ID: run.jobId,
    BELFRY_ATTEMPT: String(run.attempt),
    ...(run.slot === null ? {} : { BELFRY_SLOT: toInstant(run.slot) }),
    ...Object.fromEntries([...results].map(([name, result]) => [resultName(name), result])),
  };
}

/** `BELFRY_STEP_` and the step's name in capitals, everything else as `_`. */
export function resultName(stepName: string): string {
  return `BELFRY_STEP_${stepName.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}`;
}
