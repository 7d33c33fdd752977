import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createApp } from '../../electron/app.ts';
import { systemClock } from '../../electron/system.ts';
import { type CallInput, type CallName, readingCalls } from '../../shared/index.ts';
import { plainHost } from '../support/plain-host.ts';
import { busyHome, fillHome, jobId, logLine, needle, postId, runId } from './home.part.ts';
import { percentile, type Result, watchTurns } from './result.ts';

const rounds = Number(process.env['BELFRY_BENCH_ROUNDS'] ?? 150);
/** What a read may take, in milliseconds; a list of thousands may take longer, and not hold the event loop so long. */
const goal = 50;
const whole = /, (?:10,000|500 slots each)/;

/** Calls that need a browser session of their own, so that there is nothing to read here. */
const elsewhere: ReadonlySet<string> = new Set<CallName>(['accounts.signInState']);

type Cases = { [N in CallName]?: Record<string, CallInput<N>> };

/** Every reading call of the contract on a busy home: its 99th percentile. */
export async function run(): Promise<Result[]> {
  const given = process.env['BELFRY_BENCH_HOME'];
  const home = given ?? mkdtempSync(join(tmpdir(), 'belfry-bench-'));
  if (given === undefined) await fillHome(home, busyHome, systemClock.now(), say);
  const engine = createApp(plainHost({ home }));
  await engine.start();
  try {
    const results: Result[] = [];
    for (const [name, inputs] of Object.entries(await casesOf(engine))) {
      for (const [what, input] of Object.entries(inputs)) {
        const result = await measure(what === '' ? name : `${name}, ${what}`, () => ask(engine, name, input));
        say(`${result.name}: ${result.value.toPrecision(3)} ms`);
        results.push(result);
      }
    }
    const missing = [...readingCalls].filter(
      (name) => !elsewhere.has(name) && !results.some((result) => result.name.split(',')[0] === name),
    );
    results.push({
      name: 'calls without a figure',
      value: missing.length,
      unit: missing.join(' '),
      goal: '0',
      ok: missing.length === 0,
    });
    return results;
  } finally {
    await engine.stop({ drainMs: 0 });
    if (given === undefined) rmSync(home, { recursive: true, force: true });
  }
}

/** It takes minutes: what it is at goes to stderr, with the seconds since its start. */
function say(what: string): void {
  console.error(`  ${Math.round(performance.now() / 1000)} s  ${what}`);
}

type Engine = ReturnType<typeof createApp>;

async function ask(engine: Engine, name: string, input: unknown): Promise<unknown> {
  const answer = await engine.call(name, input);
  if (!answer.ok) throw new Error(`${name}: ${answer.error.message}`);
  return answer.value;
}

/**
 * CPU time of this thread, whatever else the machine does: of the whole call, and of the longest piece in which the event
 * loop got no turn; each at its 99th percentile, after a first call.
 */
async function measure(name: string, call: () => Promise<unknown>): Promise<Result> {
  const cpu: number[] = [];
  const held: number[] = [];
  await call();
  for (let round = 0; round < (whole.test(name) ? rounds / 5 : rounds); round += 1) {
    const watch = watchTurns();
    await call();
    const { all, longest } = watch();
    cpu.push(all);
    held.push(longest);
  }
  const took = { name: 'in all', value: percentile(cpu, 0.99) };
  const hold = { name: 'at once', value: percentile(held, 0.99) };
  const [first, baseline] = whole.test(name) ? [hold, took] : [took, hold];
  return { name, value: first.value, unit: 'ms', baseline, goal: `≤ ${goal} ms`, ok: first.value <= goal };
}

/** Inputs for each call: as clients ask, and the hardest that they can. */
async function casesOf(engine: Engine): Promise<Cases> {
  const common = logLine(4_000_000).slice(20, 40);
  const series = await addSeries(engine);
  const post = { text: 'Hello', accounts: ['account-0'], publishAt: null };
  const newest = runId(busyHome.runs - 1);
  return {
    'status.get': { '': {} },
    'jobs.list': { '': {}, 'all of them': { limit: 10_000 } },
    'jobs.get': { '': { id: jobId(500) } },
    'jobs.preview': { '': { id: jobId(500) } },
    'jobs.templates': { '': {} },
    'workspaces.list': { '': {} },
    'schedule.next': { '': { id: jobId(501) }, '1,000 times': { id: jobId(501), count: 1000 } },
    'runs.list': {
      '': {},
      'a page far back': { before: runId(1000) },
      'of a job': { jobId: jobId(0) },
      'of a job, far back': { jobId: jobId(0), before: runId(5000) },
      'of a rare status': { status: 'timed-out' },
      'of a status that none has': { status: 'missed' },
      'of a job and a rare status': { jobId: jobId(0), status: 'missed' },
      'of an unknown job': { jobId: 'nothing' },
      '1,000': { limit: 1000 },
      '10,000': { limit: 10_000 },
    },
    'runs.get': { '': { id: newest } },
    'runs.output': {
      '': {},
      'of a run': { id: newest },
      'a page of a long run': { id: newest, after: 2500 },
      'the end of a run': { id: newest, tail: true },

      '1,000 lines': { limit: 1000 },
      '10,000 lines': { limit: 10_000 },
    },
    'runs.outputPage': {
      '': {},
      'a page in the middle': { cursor: '50000.1' },
      'of a run from its beginning': { id: newest, order: 'oldest' },
      'a rare text': { search: needle },
      'a common text': { search: 'embedding' },
      'a text of common letters': { search: common },
      'a text that is nowhere': { search: 'embedding Philadelphia nowhere' },
      'two letters that are nowhere': { search: 'QZ' },
      'two letters, 500 lines': { search: 'em', limit: 500 },
    },
    'runs.page': {
      '': {},
      'with the total': { count: true },
      'of a job, with the total': { jobId: jobId(0), count: true },
      'of a status, with the total': { status: 'success', count: true },
      '500': { limit: 500 },
    },
    'posts.page': {
      '': {},
      'with the total': { count: true },
      'published, with the total': { status: 'published', count: true },
      'queued, with the total': { status: ['queued', 'sending'], order: 'soonest', count: true },
    },
    'posts.list': {
      '': {},
      'the next five': { status: ['queued', 'sending'], order: 'soonest', limit: 5 },
      'of an account': { account: 'account-3' },
      published: { status: 'published' },
      'failed of an account': { status: 'failed', account: 'account-3' },
      'sent a year ago': { from: '2020-01-01T00:00:00Z', to: '2021-01-01T00:00:00Z' },
      'a tag': { tag: 'tag-7' },
      'a text': { search: 'embedding' },
      'a text that is nowhere': { search: 'nowhere to be found' },
      '1,000': { limit: 1000 },
      '10,000': { limit: 10_000 },
    },
    'posts.count': {
      '': {},
      published: { status: 'published' },
      'a text that is nowhere': { search: 'nowhere to be found' },
    },
    'posts.get': { '': { id: postId(5000) } },
    'posts.check': { '': { post } },
    'posts.history': { '': { id: postId(5000) } },
    'accounts.list': { '': {} },
    'accounts.media': { '': { id: 'account-0' } },
    'accounts.apps': { '': {} },
    'settings.get': { '': {} },
    'series.list': { '': {} },
    'series.get': { '': { id: series } },
    'queue.list': {
      '': {},
      'of an account, far ahead': { account: 'account-1', limit: 500 },
      '500 slots each': { limit: 500 },
    },
    'snippets.list': { '': {} },
    'snippets.fill': { '': { template: 'text-1', values: { name: 'Ada' } } },
  };
}

/** Twenty series, whose posts are made as they are in life; gives the id of one. */
async function addSeries(engine: Engine): Promise<string> {
  const list = (await ask(engine, 'series.list', {})) as { id: string }[];
  let id = list[0]?.id ?? '';
  for (let i = list.length; i < 20; i += 1) {
    const series = {
      name: `Series ${i}`,
      rule: { type: 'calendar', unit: 'weeks', weekdays: ['mon', 'thu'], at: '09:00' },
      aheadDays: 60,
      post: { text: 'Good morning!', accounts: ['account-1'] },
    };
    ({ id } = (await ask(engine, 'series.add', { series })) as { id: string });
  }
  return id;
}
