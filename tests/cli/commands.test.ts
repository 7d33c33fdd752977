import { basename, dirname } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryHome } from '../support/home.ts';
import { news, running, trends } from './running.ts';
import { belfry, json } from './terminal.ts';

test.each([
  [['jobs', '--bogus'], /Unknown option '--bogus', on the command line\./],
  [['jbos'], /Unknown command 'jbos', .*Did you mean jobs\?/],
  [['jobs', 'remove'], /Missing required argument 'id'.*See `belfry jobs --help`/],
  [['jobs', 'remove', 'a', 'b'], /Too many arguments for 'remove'/],
  [['runs', '--limit', 'many'], /must be a whole number from 1 to 10000/],
  [['runs', '--limit', '0'], /must be a whole number/],
  [['runs', '--status', 'sucess'], /Did you mean success\?/],
  [['posts', 'list', '--status', 'done'], /one of draft, queued/],
  [['accounts', 'add', 'twitter', 'https://x.example'], /one of mastodon, pixelfed/],
  [['run', '--log', 'xml'], /Allowed choices are text, json/],
  [['run', '--port', '70000'], /whole number from 0 to 65535/],
  [['next', '--from', '2026-11-22T09:00:00Z'], /It is not said what for/],
  [['next', 'a', '--trigger', '{}'], /Two things are asked about/],
  [['posts', 'settle', 'p'], /Exactly one of --published and --not-published/],
  [['posts', 'settle', 'p', '--published', '--not-published'], /Exactly one/],
  [['settings', 'set', 'theme'], /"theme" is not of the form NAME=VALUE/],
  [['settings', 'set', 'theem=dark'], /theem: is not a known key; did you mean "theme"\?/],
  [['--json'], /There is no command/],
])('%j is exit code 2, in the one error form', async (args, message) => {
  const home = temporaryHome();
  const plain = await belfry(['--home', home, ...args.filter((arg) => arg !== '--json')]);
  if (!args.includes('--json')) {
    expect(plain).toMatchObject({ code: 2, out: '' });
    expect(plain.err).toMatch(message);
    expect(plain.err).toMatch(/^BAD_INPUT: .+, .+\. .+[.?] .+\.\n/);
  }
  const asJson = await belfry(['--home', home, ...args, '--json']);
  expect(asJson).toMatchObject({ code: 2, err: '' });
  expect(json(asJson)).toEqual({
    error: expect.objectContaining({ code: 'BAD_INPUT', message: expect.stringMatching(message) }),
  });
});

test('no engine is exit code 4 for every command that needs one', async () => {
  const home = temporaryHome();
  for (const args of [
    ['status'],
    ['start'],
    ['jobs'],
    ['runs', 'r1'],
    ['logs'],
    ['logs', '--follow'],
    ['logs', 'a', '--follow'],
    ['run-job', 'a', '--wait'],
    ['posts'],
    ['accounts'],
    ['quit'],
  ]) {
    const result = await belfry(['--home', home, '--json', ...args]);
    expect(result.code, args.join(' ')).toBe(4);
    expect(json(result)).toMatchObject({ error: { code: 'NOT_RUNNING' } });
  }
  const words = await belfry(['--home', home, 'status']);
  expect(words.err).toMatch(/^NOT_RUNNING: Belfry is not running, at .* Start it with `belfry run`/);
});

test('the home comes from --home, else BELFRY_HOME, wherever the option stands', async () => {
  const { home } = await running();
  expect((await belfry(['status', '--home', home])).code).toBe(0);
  expect((await belfry(['status'], { env: { BELFRY_HOME: home } })).code).toBe(0);
  expect((await belfry(['--home', temporaryHome(), 'status'], { env: { BELFRY_HOME: home } })).code).toBe(4);
});

test('~ is expanded in --home and BELFRY_HOME; an empty --home is refused', async () => {
  const { home } = await running();
  const env = { HOME: dirname(home) };
  const name = `~/${basename(home)}`;
  expect((await belfry([`--home=${name}`, 'status'], { env })).code).toBe(0);
  expect((await belfry(['status'], { env: { ...env, BELFRY_HOME: name } })).code).toBe(0);
  for (const empty of ['', ' ']) {
    const refused = await belfry(['--home', empty, 'status'], { folder: home });
    expect([refused.code, refused.err]).toEqual([
      2,
      expect.stringMatching(/^BAD_INPUT: No home folder is named, in --home\. It is empty/),
    ]);
  }
});

test.each([
  ['{"id": "a",\n  "name": }', 'line 2, column 11'],
  ['{"id": "a",}', 'line 1, column 12'],
  ['[1, 2', 'line 1, column 6'],
  ['// no\n{}', 'line 1, column 1'],
])('bad JSON %j is refused with %s', async (text, place) => {
  const { run } = await running();
  const result = await run(['jobs', 'add', '-'], text);
  expect(result.code).toBe(2);
  expect(result.err).toContain(`in standard input. ${place}`);
});

test('JSON in Latin-1 is refused with its byte, and nothing reaches the engine', async () => {
  const { run, seen } = await running();
  const text = JSON.stringify({ text: 'Grüße', accounts: ['ada'] });
  for (const command of [
    ['posts', 'add', '-'],
    ['jobs', 'add', '-'],
    ['posts', 'import', '-'],
  ]) {
    const result = await run(command, Buffer.from(text, 'latin1'));
    expect(result.code, command.join(' ')).toBe(2);
    expect(result.err).toContain(
      'BAD_INPUT: The text is not UTF-8, in standard input. line 1, byte 12: 0xFC',
    );
  }
  expect(seen.filter((name) => name.includes('add'))).toEqual([]);
});

test('a missing file is exit code 5', async () => {
  const { run } = await running();
  expect(await run(['jobs', 'add', 'nowhere.json'])).toMatchObject({ code: 5, out: '' });
});

test('what follows -- is never an option', async () => {
  const { run } = await running();
  const result = await run(['jobs', 'show', '--', '--json']);
  expect(result).toMatchObject({ code: 5, out: '', err: expect.stringContaining('Unknown job "--json"') });
});

test('help is on standard output and no failure', async () => {
  for (const args of [[], ['--help'], ['help'], ['jobs', '--help'], ['--version']]) {
    const result = await belfry(args);
    expect(result, args.join(' ')).toMatchObject({ code: 0, err: '' });
    expect(result.out.length).toBeGreaterThan(3);
  }
  expect((await belfry(['--help'])).out).toContain('run-job');
});

test('an id or a sub-command that is misspelt comes with what was meant', async () => {
  const { run } = await running();
  await run(['jobs', 'add', '-'], JSON.stringify([news, trends]));
  const undo = await run(['jobs', 'undo']);
  expect(undo).toMatchObject({ code: 5 });
  expect(undo.err).toMatch(/If you meant a command: belfry jobs has list, show, add, .*\.\n$/);
  expect((await run(['jobs', 'shwo'])).err).toContain('Did you mean `belfry jobs show`?');
  expect((await run(['jobs', 'run', 'news'])).err).toContain('Did you mean `belfry run-job`?');
  expect((await run(['jobs', 'run'])).err).toContain('Did you mean `belfry run-job`?');
  expect((await run(['config', 'chek'])).err).toContain('Did you mean `belfry config check`?');
  expect((await run(['jobs', 'show', 'nes'])).err).not.toContain('command');
});

test('of ten thousand mistakes twenty are printed, and how many more there are', async () => {
  const { run } = await running();
  const many = Array.from({ length: 10_000 }, () => ({ id: 'X' }));
  const result = await run(['jobs', 'add', '-'], JSON.stringify(many));
  expect(result.code).toBe(2);
  expect(result.err.split('\n').length).toBeLessThan(25);
  expect(result.err).toMatch(/ {2}… and \d+ more; --json lists all\n$/);
});
