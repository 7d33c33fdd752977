import { expect, test } from 'vitest';
import { onceOnly } from '../../electron/cli/follow.ts';
import type { OutputLine, RunStatus } from '../../shared/index.ts';
import { memory, runView, serve } from './engine.ts';
import { belfry, json } from './terminal.ts';

const news = { id: 'news', name: 'News', steps: [{ type: 'command', name: 'Say', command: ['true'] }] };

/** An engine whose runs can be made to write and to end. */
async function running() {
  const kept = memory();
  const served = await serve(kept.handlers);
  const silently = (runId: string, text: string, stream: OutputLine['stream'] = 'stdout') => {
    const seq = kept.lines.filter((line) => line.runId === runId).length + 1;
    const line = { runId, seq, step: 0, at: '2026-11-22T09:00:00.000Z', stream, text };
    kept.lines.push(line);
    return line;
  };
  const say = (runId: string, text: string, stream?: OutputLine['stream']) =>
    served.announce({ name: 'runs.output', runId, lines: [silently(runId, text, stream)] });
  const end = (id: string, status: RunStatus, reason: string | null = null) => {
    const run = runView(id, { status, reason });
    kept.runs.set(id, run);
    served.announce({ name: 'runs.changed', run });
  };
  await belfry(['--home', served.home, 'jobs', 'add', '-'], { input: JSON.stringify(news) });
  /** Resolves when a command has asked this often for lines and listens. */
  const listening = (asked: number) =>
    expect
      .poll(
        () =>
          served.seen.filter((name) => name.startsWith('runs.output')).length >= asked &&
          served.seen.includes('subscribe'),
      )
      .toBe(true);
  return { ...kept, ...served, say, silently, end, listening };
}

test('run-job --wait passes the output on, each line once and on its own stream, and ends with success', async () => {
  const engine = await running();
  const waiting = belfry(['--home', engine.home, 'run-job', 'news', '--wait']);
  await expect.poll(() => engine.runs.size).toBe(1);
  engine.say('run-1', 'one');
  engine.say('run-1', 'oops', 'stderr');
  engine.say('other', 'not mine');
  engine.say('run-1', 'two');
  engine.end('run-1', 'success');
  expect(await waiting).toEqual({ code: 0, out: 'one\ntwo\n', err: 'oops\nNews: success\n' });
});

test.each(['failed', 'timed-out', 'cancelled', 'interrupted', 'skipped'] as const)(
  'run-job --wait ends with 1 when the run is %s',
  async (status) => {
    const engine = await running();
    const waiting = belfry(['--home', engine.home, 'run-job', 'news', '--wait', '--json']);
    await expect.poll(() => engine.runs.size).toBe(1);
    engine.say('run-1', 'not shown');
    engine.end('run-1', status, 'because');
    const result = await waiting;
    expect(result).toMatchObject({ code: 1, err: '' });
    expect(json(result)).toMatchObject({ id: 'run-1', status, reason: 'because' });
  },
);

test('a flood whose announcements were lost is shown whole when the run ends', async () => {
  const engine = await running();
  engine.runs.set('a', runView('a'));
  const waiting = belfry(['--home', engine.home, 'logs', 'a', '--follow']);
  await engine.listening(3);
  for (let i = 1; i <= 2500; i += 1) engine.silently('a', `line ${i}`);
  engine.end('a', 'success');
  expect((await waiting).out.trim().split('\n')).toHaveLength(2500);
});

test('each line passes once, and missing ones are counted', () => {
  const passed: string[] = [];
  const line = (runId: string, seq: number) => ({
    runId,
    seq,
    step: 0,
    at: '',
    stream: 'stdout' as const,
    text: '',
  });
  const once = onceOnly(
    (each) => passed.push(`${each.runId}${each.seq}`),
    (runId, missing) => passed.push(`${missing} of ${runId}`),
  );
  once([line('a', 5), line('a', 6), line('b', 1)]);
  once([line('a', 5), line('a', 6), line('a', 9), line('b', 2)]);
  expect(passed).toEqual(['a5', 'a6', 'b1', '2 of a', 'a9', 'b2']);
});

test('a run that is over already is not waited for', async () => {
  const engine = await running();
  engine.runs.set('a', runView('a', { status: 'success' }));
  for (let i = 1; i <= 2500; i += 1) engine.say('a', `line ${i}`);
  const result = await belfry(['--home', engine.home, 'logs', 'a', '--follow', '--limit', '10000']);
  expect(result.out.trim().split('\n')).toHaveLength(2500);
});

test('logs --follow gives what is there, then what comes, as JSON lines, until the run ends', async () => {
  const engine = await running();
  engine.runs.set('a', runView('a'));
  engine.say('a', 'old 1');
  engine.say('a', 'old 2');
  const waiting = belfry(['--home', engine.home, 'logs', 'a', '--follow', '--limit', '1', '--json']);
  await engine.listening(3);
  engine.say('a', 'new 1');
  engine.say('a', 'new 2');
  engine.end('a', 'failed');
  const { code, out } = await waiting;
  expect(code).toBe(0);
  const texts = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).text);
  expect(texts).toEqual(['old 2', 'new 1', 'new 2']);
});

test('logs --follow --search shows fitting lines only, old and new', async () => {
  const engine = await running();
  engine.runs.set('a', runView('a'));
  engine.say('a', 'Apple');
  engine.say('a', 'pear');
  const waiting = belfry(['--home', engine.home, 'logs', 'a', '--follow', '--search', 'apple']);
  await engine.listening(3);
  engine.say('a', 'plum');
  engine.say('a', 'more APPLES');
  engine.end('a', 'success');
  expect((await waiting).out).toBe('09:00:00 UTC Apple\n09:00:00 UTC more APPLES\n');
});

test('logs --follow of all runs mixes them, and says when lines were too fast', async () => {
  const engine = await running();
  engine.say('a', 'before');
  let shown = '';
  const waiting = belfry(['--home', engine.home, 'logs', '--follow'], {
    out(text) {
      shown += text;
    },
  });
  await engine.listening(1);
  engine.say('b', 'first');
  engine.silently('b', 'second');
  engine.silently('b', 'third');
  engine.say('b', 'fourth');
  await expect.poll(() => shown).toBe('09:00:00 UTC a before\n09:00:00 UTC b first\n09:00:00 UTC b fourth\n');
  await engine.close();
  const { code, err } = await waiting;
  expect(code).toBe(4);
  expect(err).toMatch(/^2 lines of run b came too fast; see belfry logs b\nNOT_RUNNING: /);
});

test('Ctrl-C while waiting leaves the run alone and says how to go on', async () => {
  const engine = await running();
  let interrupt = () => {};
  const waiting = belfry(['--home', engine.home, 'run-job', 'news', '--wait'], {
    onInterrupt: (stop) => {
      interrupt = stop;
      return () => {};
    },
  });
  await expect.poll(() => engine.runs.size).toBe(1);
  await engine.listening(1);
  interrupt();
  const result = await waiting;
  expect(result.code).toBe(130);
  expect(result.err).toContain('The run goes on: belfry logs run-1 --follow');
  expect(engine.runs.get('run-1')?.status).toBe('running');
});

test('an engine that ends while it is followed is exit code 4', async () => {
  const engine = await running();
  engine.runs.set('a', runView('a'));
  const one = belfry(['--home', engine.home, 'logs', 'a', '--follow']);
  const all = belfry(['--home', engine.home, 'logs', '--follow']);
  await engine.listening(4);
  await engine.close();
  expect((await one).code).toBe(4);
  expect((await all).code).toBe(4);
});
