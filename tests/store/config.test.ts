import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkConfig } from '../../electron/modules.ts';
import { type ConfigCheck, readConfigText } from '../../electron/store/index.ts';

const nothing: ConfigCheck = () => [];
const problems = (text: string, meaning: ConfigCheck = nothing) => {
  const reading = readConfigText(text, meaning);
  return reading.ok ? [] : reading.problems.map(({ field, message }) => `${field}: ${message}`);
};
const step = { type: 'command', name: 'Go', command: ['true'] };
const job = (id: string, more: object = {}) => ({ id, name: id, steps: [step], ...more });
const text = (value: unknown) => JSON.stringify(value, null, 2);

describe('a good file', () => {
  test.each(['{}', ' {}\n', '\uFEFF{}', '{"$schema":"x"}', '{"jobs":[]}\r\n'])('%j', (good) => {
    expect(problems(good)).toEqual([]);
  });
  test('keeps what was written and fills in the rest', () => {
    const reading = readConfigText(text({ jobs: [job('a')] }), nothing);
    expect(reading).toMatchObject({
      ok: true,
      raw: { jobs: [job('a')] },
      config: { settings: { lateLimitHours: 24 }, jobs: [{ id: 'a', enabled: true, coalesce: true }] },
    });
  });
});

describe('text that is no configuration', () => {
  test.each([
    ['', 'is empty; write {} for a configuration without entries'],
    [' \n\t', 'is empty; write {} for a configuration without entries'],
    ['null', 'must be an object { … } (line 1)'],
    ['[1,2]', 'must be an object { … } (line 1)'],
    ['"text"', 'must be an object { … } (line 1)'],
    ['5', 'must be an object { … } (line 1)'],
    ['{', 'line 1, column 2: a closing brace } is missing'],
    ['{\n  "jobs": [],\n}', 'line 3, column 1: a name in double quotes is expected here'],
    ['{\n  "jobs": [\n}', 'line 3, column 1: a value is expected here'],
    ['{"jobs": [', 'line 1, column 11: a closing bracket ] is missing'],
    ['{ "jobs" [] }', 'line 1, column 10: a colon is missing'],
    ["{ 'jobs': [] }", 'line 1, column 3: is not a value that JSON knows (text needs double quotes)'],
    ['{} // note', 'line 1, column 4: comments are not allowed'],
    ['{}{}', 'line 1, column 3: there is more text after the end'],
    ['{"a": "b', 'line 1, column 7: a text has no closing quote'],
    ['{"a": NaN}', 'line 1, column 7: is not a value that JSON knows (text needs double quotes)'],
  ])('%j', (bad, message) => {
    expect(problems(bad)).toContain(`: ${message}`);
  });
  test('two mistakes are reported together, each once', () => {
    const found = problems('{\n "a": [1,,2],\n "b" 5\n}');
    expect(found.map((line) => line.slice(0, 15))).toEqual([': line 2, colum', ': line 3, colum']);
  });
  test.each([
    ['[', 200_000],
    ['{"a":', 200_000],
    ['[{"a":', 5000],
  ])('%j over and over', (opening, count) => {
    expect(problems(opening.repeat(count))).toEqual([': is nested more than 100 levels deep']);
  });
  test('brackets inside a text are no nesting', () => {
    expect(problems(`{"$schema":"${'['.repeat(500)}\\"["}`)).toEqual([]);
  });
  test('a file of many megabytes', () => {
    expect(problems(' '.repeat(6 * 1024 * 1024))).toEqual([': is larger than 5 MiB']);
  });
  test('a text of megabytes does not exhaust the stack', () => {
    expect(problems(`{"$schema":"${'x'.repeat(4_000_000)}"}`)).toEqual([]);
    expect(problems(`{"$schema":"${'x'.repeat(4_000_000)}`)).not.toEqual([]);
  });
});

describe('mistakes of a person', () => {
  test('misspelt keys, at every depth, with what was meant and the line', () => {
    const bad = text({
      setings: {},
      settings: { lanchAtLogin: true },
      workspaces: [{ id: 'w', cwd: '.', command: ['x'], evn: {} }],
      jobs: [
        job('a', {
          maxInstance: 2,
          retry: { attempt: 1 },
          triggers: [{ type: 'interval', hours: 1, ofset: {} }],
          steps: [{ ...step, arg: [] }],
        }),
      ],
      accounts: [{ id: 'm', network: 'mastodon', server: 'https://m.example', handle: '', remoteID: '1' }],
    });
    expect(problems(bad)).toEqual(
      expect.arrayContaining([
        'setings: is not a known key; did you mean "settings"? (line 2)',
        'settings.lanchAtLogin: is not a known key; did you mean "launchAtLogin"? (line 4)',
        'workspaces[0].evn: is not a known key; did you mean "env"? (line 13)',
        expect.stringMatching(/^jobs\[0\]\.maxInstance: .*did you mean "maxInstances"/),
        expect.stringMatching(/^jobs\[0\]\.retry\.attempt: .*did you mean "attempts"/),
        expect.stringMatching(/^jobs\[0\]\.triggers\[0\]\.ofset: .*did you mean "offset"/),
        expect.stringMatching(/^jobs\[0\]\.steps\[0\]\.arg: .*did you mean "args"/),
        expect.stringMatching(/^accounts\[0\]\.remoteID: .*did you mean "remoteId"/),
        expect.stringMatching(/^accounts\[0\]\.remoteId: is missing \(line \d+\)/),
      ]),
    );
  });
  test('ids given twice, with where the first one is', () => {
    const bad = text({ jobs: [job('a'), job('b'), job('a')] });
    expect(problems(bad)).toEqual(['jobs[2].id: "a" is taken by jobs[0] (line 30)']);
  });
  test('a workspace, a job and a built-in job that do not exist', () => {
    const bad = text({
      settings: { disabledBuiltins: ['publish_due_post'] },
      workspaces: [{ id: 'smm', cwd: '.', command: ['x'] }],
      jobs: [
        job('a', {
          steps: [{ type: 'command', name: 's', workspace: 'sm' }],
          triggers: [{ type: 'event', event: 'job', job: 'b' }],
        }),
      ],
    });
    expect(problems(bad).map((line) => line.replace(/ \(line \d+\)/, ''))).toEqual([
      'jobs[0].steps[0].workspace: there is no workspace "sm"; did you mean "smm"?',
      'jobs[0].triggers[0].job: there is no job "b"; did you mean "a"?',
      'settings.disabledBuiltins[0]: there is no built-in job "publish_due_post"; did you mean "publish_due_posts"?',
    ]);
  });
  test('a job may wait for a built-in one, but not take its name', () => {
    const trigger = { type: 'event', event: 'job', job: 'publish_due_posts' };
    expect(problems(text({ jobs: [job('a', { triggers: [trigger] })] }))).toEqual([]);
    expect(problems(text({ jobs: [job('refresh_tokens')] }))).toEqual([
      expect.stringMatching(/^jobs\[0\]\.id: "refresh_tokens" is a job that Belfry brings along/),
    ]);
  });
  test('a key given twice, which JSON.parse would swallow', () => {
    expect(problems('{\n "jobs": [],\n "settings": {},\n "jobs": []\n}')).toEqual([
      'jobs: is given twice (line 4)',
    ]);
  });
  test.each(['__proto__', 'constructor', 'toString'])('the name %s is no way in', (name) => {
    expect(problems(`{"${name}": {"polluted": true}}`)).not.toEqual([]);
    expect(problems(`{"settings": {"${name}": 1}}`)).not.toEqual([]);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
  test('what only the modules can see is reported together with the rest, at the right place', () => {
    const meaning: ConfigCheck = (config) =>
      config.jobs.flatMap((one, i) =>
        one.name === 'odd' ? [{ field: `jobs[${i}].name`, message: 'is odd' }] : [],
      );
    const jobs = [job('a', { nam: 1 }), job('b'), job('c', { name: 'odd' })];
    expect(problems(text({ jobs }), meaning).map((line) => line.split(' (')[0])).toEqual([
      'jobs[0].nam: is not a known key; did you mean "name"?',
      'jobs[2].name: is odd',
    ]);
    expect(problems(text({ jobs: jobs.slice(1) }), meaning)).toEqual([
      expect.stringMatching(/^jobs\[1\]\.name: is odd/),
    ]);
  });
  test('mistakes of form hide no impossible schedule and no step that cannot work', () => {
    const cron = (expression: string) => ({ type: 'cron', expression });
    const steps = [{ ...step, nam: 1 }, step, { type: 'command', name: 'B', command: [''] }];
    const bad = text({
      jobs: [
        job('a', { workspace: 'w', triggers: [{ type: 'cron' }, cron('61 25 * * *')], steps }),
        { steps: [step], triggers: [cron('99 * * * *')] },
        job('c', { triggers: [{ type: 'cron', fields: { hour: '25', dayOfWeek: '1' } }] }),
      ],
    });
    expect(problems(bad, checkConfig).map((line) => line.replace(/ \(line \d+\)/, ''))).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^jobs\[0\]\.workspace: is not a known key/),
        expect.stringMatching(/^jobs\[0\]\.triggers\[1\]\.expression: minute "61"/),
        expect.stringMatching(/^jobs\[0\]\.triggers\[1\]\.expression: hour "25"/),
        expect.stringMatching(/^jobs\[0\]\.steps\[2\]\.command: must name a program/),
        expect.stringMatching(/^jobs\[1\]\.id: is missing/),
        expect.stringMatching(/^jobs\[1\]\.triggers\[0\]\.expression: minute "99"/),
        expect.stringMatching(/^jobs\[2\]\.triggers\[0\]\.fields\.hour: hour "25"/),
        expect.stringMatching(/^jobs\[2\]\.triggers\[0\]\.fields\.dayOfWeek: takes names only/),
      ]),
    );
  });
  test('a file of a newer form says so, and nothing about what it cannot know', () => {
    expect(problems(text({ version: 2, novelty: {}, jobs: [{ novel: 1 }] }))).toEqual([
      'version: is 2: a newer Belfry wrote this file, and this one reads version 1; update Belfry (line 2)',
    ]);
    expect(problems(text({ version: 1 }))).toEqual([]);
    expect(problems(text({ novelty: {} }))).toEqual([
      'novelty: is not a known key; it is misspelt, or of a newer version of Belfry (line 2)',
    ]);
  });
  test('every job wrong: every job named', () => {
    const jobs = Array.from({ length: 500 }, (_, i) => job(`j${i}`, { enabled: 'yes' }));
    expect(problems(text({ jobs }))).toHaveLength(500);
  });
});

test('whatever the text is, checking it never throws, and what it takes it takes again', () => {
  const words = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '"jobs"',
    '"id"',
    '1',
    'null',
    '\\',
    '\n',
    '//',
    'é',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(words).map((parts) => parts.join('')),
        fc.json(),
      ),
      (any) => {
        const reading = readConfigText(any, nothing);
        if (reading.ok) expect(readConfigText(JSON.stringify(reading.raw), nothing).ok).toBe(true);
        else expect(reading.problems.length).toBeGreaterThan(0);
      },
    ),
    { numRuns: 500 },
  );
});
