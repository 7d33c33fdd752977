// A step of any type: commands with what they print, built-in actions, webhooks.
import {
  aborted,
  BelfryError,
  type Clock,
  type CommandStep,
  type Job,
  pause,
  shownUrl,
  toInstant,
  type WebhookStep,
} from '../../../shared/index.ts';
import type { StepChange, StoredRun } from '../../store/index.ts';
import { resultName } from '../check-steps.ts';
import { type Environment, prepareCommand } from '../commands/prepare.ts';
import type { Builtin, RunnerDeps } from '../deps.ts';
import type { Starter } from '../helper/starter.ts';
import type { Processes } from '../linux-processes.ts';
import type { Recorder } from '../output/recorder.ts';
import {
  createJsonResult,
  createPostLines,
  type JsonResult,
  type PostLines,
  type PostLinesEnd,
} from '../output/step-results.ts';
import { createLastLines, type Mask } from '../output/text.ts';
import { runCommand, type StepOutcome, stopped, stopReason, type TextSink } from './run-command.ts';

/** Everything that the steps of one run share. */
export type RunContext = {
  job: Job;
  run: StoredRun;
  recorder: Recorder;
  mask: Mask;
  environment: Environment;
  /** Results of the steps so far: JSON by step name. */
  results: Map<string, string>;
};

/** Runs the step at `position` until it ends or `signal` aborts with a StopReason. Failures are outcomes; it never throws. */
export type StepRunner = (
  context: RunContext,
  position: number,
  signal: AbortSignal,
  change: (change: StepChange) => void,
) => Promise<StepOutcome>;

type StepContext = {
  position: number;
  signal: AbortSignal;
  say(text: string): void;
  change(change: StepChange): void;
};

/** Runs steps of every type; an error is shown in the run's output and becomes the step's. */
export function createStepRunner(deps: StepDeps): StepRunner {
  return async (context, position, signal, change) => {
    const say = (text: string) => context.recorder.say(position, text);
    try {
      return await runStep(deps, context, { position, signal, say, change });
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      say(text);
      return { status: 'failed', error: text };
    }
  };
}

async function runStep(deps: StepDeps, context: RunContext, at: StepContext): Promise<StepOutcome> {
  const { job, run, recorder } = context;
  const step = job.steps[at.position];
  if (!step) return { status: 'failed', error: `The job has no step ${at.position + 1}.` };
  const where = `step "${step.name}" of job "${job.id}"`;
  if (step.type === 'command') return runCommandStep(deps, context, { ...at, step, where });
  if (step.type === 'builtin')
    return runBuiltin(deps.builtins[step.action], { clock: deps.clock, log: deps.log, where, ...at });
  const sink = recorder.sink(at.position, 'stdout');
  const key = `${run.id}-${at.position}`;
  const send = deps.fetch ?? fetch;
  return runWebhook({ fetch: send, key, where, answer: sink.write, ...at }, step).finally(sink.end);
}

type StepDeps = RunnerDeps & { processes: Processes; start: Starter['start'] };

type CommandContext = {
  step: CommandStep;
  position: number;
  signal: AbortSignal;
  say(text: string): void;
  change(change: StepChange): void;
  where: string;
};

/** Runs a command as a step: finds its program and folder, records its output, and takes its posts or its result. */
async function runCommandStep(deps: StepDeps, context: RunContext, at: CommandContext): Promise<StepOutcome> {
  const { step, position, say } = at;
  const { run, environment, recorder, mask } = context;
  const ready = await prepareCommand({ ...deps, environment }, step, runVariables(context), at.where);
  const record = (stream: 'stdout' | 'stderr'): TextSink => ({
    ...recorder.sink(position, stream),
    pressure: recorder.pressure,
  });
  const posts = step.output === 'posts' ? postsOf(deps, context, at, ready.cwd) : undefined;
  const result = step.output === 'json' ? createJsonResult() : undefined;
  const lastLines = createLastLines();
  const outcome = await runCommand(
    {
      clock: deps.clock,
      processes: deps.processes,
      start: deps.start,
      runId: run.id,
      signal: at.signal,
      sinks: {
        stdout: tee(record('stdout'), posts ?? result),
        stderr: tee(record('stderr'), lastLines),
      },
      say,
      spawned: ({ pid, startedAt }) => at.change({ pid, pidStartedAt: startedAt }),
    },
    ready,
  );
  const taken = await posts?.end();
  const explained = withReason(outcome, lastLines.text(mask.text));
  if (taken) return withPosts(explained, taken, at.signal);
  if (result && stopReason(at.signal)) say('No result was taken from its output, since it was stopped.');
  return result && outcome.status === 'success' ? withResult(outcome, result, mask) : explained;
}

/** The error of a command together with the last lines of its standard error. */
function withReason(outcome: StepOutcome, said: string): StepOutcome {
  if (outcome.status !== 'failed' || !outcome.error || said === '') return outcome;
  return { ...outcome, error: `${outcome.error.replace(/\.$/, '')}: ${said}` };
}

/** A step whose lines were not all taken has failed, and says what is missing. */
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

/** The result is masked like everything that is stored: a later step gets a secret from its own environment. */
function withResult(outcome: StepOutcome, result: JsonResult, mask: RunContext['mask']): StepOutcome {
  const taken = result.take();
  if ('problem' in taken) return { ...outcome, status: 'failed', error: taken.problem };
  return { ...outcome, result: mask.text(taken.value) };
}

function postsOf(
  deps: StepDeps,
  { run, mask }: RunContext,
  { step, signal, say }: CommandContext,
  folder: string,
): PostLines {
  const take = deps.takePosts({
    runId: run.id,
    jobId: run.jobId,
    as: step.posts,
    folder,
    limits: step.postLimits ?? {},
  });
  return createPostLines({
    clock: deps.clock,
    signal,
    take: async (line, origin) =>
      mask.text(line) === line
        ? take(line, origin)
        : [{ field: '', message: 'contains a secret that Belfry keeps' }],
    origin: `${run.originId}/${step.name}`,
    refused: say,
  });
}

/** A sink that also feeds a reader. */
function tee(sink: TextSink, reader?: Pick<TextSink, 'write'> & Partial<TextSink>): TextSink {
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

/** Environment variables that describe the run to a command (design §4). */
function runVariables({ run, results }: Pick<RunContext, 'run' | 'results'>): Environment {
  return {
    BELFRY_RUN_ID: run.id,
    BELFRY_JOB_ID: run.jobId,
    BELFRY_ATTEMPT: String(run.attempt),
    ...(run.slot === null ? {} : { BELFRY_SLOT: toInstant(run.slot) }),
    ...Object.fromEntries([...results].map(([name, result]) => [resultName(name), result])),
  };
}

/** A built-in step gets this long, in milliseconds, to obey its signal; then it is no longer waited for. */
const abortTimeout = 5000;

type BuiltinDeps = Pick<RunnerDeps, 'clock' | 'log'> & {
  signal: AbortSignal;
  say(text: string): void;
  /** Names the step. */
  where: string;
};

/** Runs one of Belfry's own actions as a step. */
export async function runBuiltin(
  builtin: Builtin,
  { clock, log, signal, say, where }: BuiltinDeps,
): Promise<StepOutcome> {
  let isOver = false;
  const work = builtin({ signal, say }).then(
    ({ ok, summary }): StepOutcome =>
      ok ? { status: 'success', summary } : { status: 'failed', error: summary },
    (thrown: unknown): StepOutcome => {
      const error = thrown instanceof Error ? thrown.message : String(thrown);
      // The run has ended already, or shows that it was stopped: the log is the only place left for the error.
      if (isOver || (signal.aborted && !isAbort(thrown, signal)))
        log('error', `What ${where} did after it was stopped ended in an error`, { error });
      return { status: 'failed', error };
    },
  );
  const outcome = await Promise.race([work, abortTimedOut(clock, signal)]);
  isOver = true;
  const reason = stopReason(signal);
  if (reason && outcome.status !== 'success') return stopped(reason);
  if (outcome.summary) say(outcome.summary);
  return outcome;
}

/** An action that obeys its signal may throw its reason or an AbortError. */
function isAbort(thrown: unknown, { reason }: AbortSignal): boolean {
  return thrown === reason || (thrown instanceof Error && thrown.name === 'AbortError');
}

async function abortTimedOut(clock: Clock, signal: AbortSignal): Promise<StepOutcome> {
  await aborted(signal);
  await pause(clock, abortTimeout);
  return { status: 'failed' };
}

type WebhookDeps = {
  fetch: typeof fetch;
  signal: AbortSignal;
  /** The same for each try of this step in this run, so that the receiver recognizes a repetition. */
  key: string;
  say(text: string): void;
  /** Takes the answer's text. */
  answer(text: string): void;
  where: string;
};

/** Bytes of an answer that are read. */
const longestAnswer = 64 * 1024;
/** Time-out of a step that sets none, in milliseconds. */
const defaultTimeout = 60_000;

/** Calls an address; anything but an expected status code is a failure. Throws NETWORK_UNREACHABLE. */
async function runWebhook(deps: WebhookDeps, step: WebhookStep): Promise<StepOutcome> {
  const call = await request(deps, step);
  if ('status' in call) return call;
  const { response, text, isWhole } = call;
  deps.say(`${step.method} ${shownUrl(step.url)}: ${response.status} ${response.statusText}`.trim());
  if (text !== '') deps.answer(text);
  if (!isWhole) deps.say(`The answer is longer; its first ${longestAnswer} bytes are kept.`);
  const ok = step.expect ? step.expect.includes(response.status) : response.ok;
  if (ok) return { status: 'success' };
  const expected = step.expect ? step.expect.join(' or ') : '200 to 299';
  return { status: 'failed', error: `The server answered ${response.status}, expected was ${expected}.` };
}

async function request(deps: WebhookDeps, step: WebhookStep) {
  const given = step.timeoutSeconds === null ? AbortSignal.timeout(defaultTimeout) : undefined;
  const controller = new AbortController();
  const abort = () => controller.abort();
  for (const signal of [deps.signal, given]) signal?.addEventListener('abort', abort);
  if (deps.signal.aborted) abort();
  try {
    const response = await deps.fetch(step.url, {
      method: step.method,
      headers: headersOf(deps, step),
      signal: controller.signal,
      ...(step.body === undefined ? {} : { body: textOf(step.body) }),
    });
    return { response, ...(await beginningOf(response)) };
  } catch (error) {
    const reason = stopReason(deps.signal);
    if (reason) return stopped(reason);
    throw unreachable(deps, step, error, given?.aborted === true);
  } finally {
    for (const signal of [deps.signal, given]) signal?.removeEventListener('abort', abort);
  }
}

/** An answer may be endless. */
async function beginningOf({ body }: Response): Promise<{ text: string; isWhole: boolean }> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop aborts the transfer.
  for await (const piece of body ?? []) {
    pieces.push(piece.subarray(0, longestAnswer - size));
    size += piece.length;
    if (size > longestAnswer) break;
  }
  return { text: new TextDecoder().decode(Buffer.concat(pieces)), isWhole: size <= longestAnswer };
}

function headersOf({ key }: WebhookDeps, { headers, body }: WebhookStep): Record<string, string> {
  const isJson = body !== undefined && typeof body !== 'string';
  return {
    ...(isJson ? { 'content-type': 'application/json' } : {}),
    'idempotency-key': key,
    'user-agent': 'Belfry',
    ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  };
}

function textOf(body: WebhookStep['body']): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function unreachable({ where }: WebhookDeps, step: WebhookStep, error: unknown, late: boolean): BelfryError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return new BelfryError({
    code: 'NETWORK_UNREACHABLE',
    what: `${shownUrl(step.url)} cannot be reached`,
    where,
    why: late
      ? `There was no answer within ${defaultTimeout / 1000} s`
      : cause instanceof Error
        ? cause.message
        : String(cause),
    remedy: 'Check the address and the network',
  });
}
