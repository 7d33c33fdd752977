import type { StepChange } from '../ports.ts';
import type { RunContext, StepRunner } from '../run-context.ts';
import { runBuiltin } from './builtin.ts';
import { runCommandStep, type StepNeeds } from './command-step.ts';
import type { StepOutcome } from './outcome.ts';
import { runWebhook } from './webhook.ts';

type At = {
  position: number;
  signal: AbortSignal;
  say(text: string): void;
  change(change: StepChange): void;
};

/** Runs steps of every type; whatever goes wrong is told in the run's output and becomes the step's error. */
export function createStepRunner(needs: StepNeeds): StepRunner {
  return async (context, position, signal, change) => {
    const say = (text: string) => context.recorder.say(position, text);
    try {
      return await runStep(needs, context, { position, signal, say, change });
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      say(text);
      return { status: 'failed', error: text };
    }
  };
}

async function runStep(needs: StepNeeds, context: RunContext, at: At): Promise<StepOutcome> {
  const { job, run, recorder } = context;
  const step = job.steps[at.position];
  if (!step) return { status: 'failed', error: `The job has no step ${at.position + 1}.` };
  const where = `step "${step.name}" of job "${job.id}"`;
  if (step.type === 'command') return runCommandStep(needs, context, { ...at, step, where });
  if (step.type === 'builtin')
    return runBuiltin(needs.builtins[step.action], { clock: needs.clock, log: needs.log, where, ...at });
  const sink = recorder.sink(at.position, 'stdout');
  const key = `${run.id}-${at.position}`;
  const send = needs.fetch ?? fetch;
  return runWebhook({ fetch: send, key, where, answer: sink.write, ...at }, step).finally(sink.end);
}
