import { expect, test } from 'vitest';
import { stepProblems } from '../../electron/runner/index.ts';
import type { JobInput } from '../../shared/index.ts';
import { jobOf } from './support.ts';

const step = (change: object) => ({ type: 'command' as const, name: 'x', command: ['true'], ...change });

function problems(steps: JobInput['steps'], platform = 'linux') {
  const workspace = () => ({ id: 'ws', cwd: '.', command: ['run.bat'], env: {} });
  return stepProblems(jobOf(steps), { workspace, platform }).map(
    ({ field, message }) => `${field}: ${message}`,
  );
}

test('a "when" that can never hold is refused', () => {
  expect(problems([step({ when: 'failure' })])).toEqual([
    expect.stringMatching(/^steps\[0\]\.when: can never hold: no step/),
  ]);
  expect(problems([step({ continue: true }), step({ when: 'failure' })])).toEqual([
    expect.stringMatching(/^steps\[1\]\.when: can never hold: every step/),
  ]);
  expect(problems([step({}), step({ when: 'failure' }), step({ when: 'always' })])).toEqual([]);
});

test('two results under one name are refused', () => {
  expect(problems([step({ name: 'a b', output: 'json' }), step({ name: 'A-B', output: 'json' })])).toEqual([
    expect.stringMatching(/^steps\[1\]\.name: .*BELFRY_STEP_A_B/),
  ]);
});

test('limits of posts on a step that prints none are refused', () => {
  const postLimits = { maxPosts: 3 };
  expect(problems([step({ postLimits, output: 'posts' }), step({ name: 'log', postLimits })])).toEqual([
    expect.stringMatching(
      /^steps\[1\]\.postLimits: limits nothing: step "log" prints no posts; add "output"/,
    ),
  ]);
});

test('command lines that the system would refuse are refused when saved, all together', () => {
  expect(
    problems([
      step({ command: [' '] }),
      step({ command: ['true', 'x'.repeat(131_072)] }),
      step({ command: ['true', ...Array<string>(20).fill('y'.repeat(100_000))] }),
    ]),
  ).toEqual([
    expect.stringMatching(/^steps\[0\]\.command: must name a program/),
    expect.stringMatching(/^steps\[1\]\.command: has an argument of more than/),
    expect.stringMatching(/^steps\[2\]\.command: is longer than/),
  ]);
});

test('Windows: a batch file gets no character that cmd.exe would take as a command', () => {
  const bat = (arg: string) => [{ type: 'command' as const, name: 'x', workspace: 'ws', args: [arg] }];
  expect(problems(bat('a&calc'), 'win32')).toEqual([
    expect.stringMatching(/^steps\[0\]\.args: gives "a&calc" to a batch file/),
  ]);
  expect(problems(bat('plain'), 'win32')).toEqual([]);
  expect(problems(bat('a&calc'), 'linux')).toEqual([]);
});
