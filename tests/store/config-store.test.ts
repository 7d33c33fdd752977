import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import {
  type ConfigCheck,
  type ConfigFile,
  confFile,
  createConfigStore,
  prepareHome,
} from '../../electron/store/index.ts';
import type { JobInput } from '../../shared/index.ts';
import { temporaryHome } from '../support/home.ts';

const job = (id: string, more: Partial<JobInput> = {}): JobInput => ({
  id,
  name: id,
  steps: [{ type: 'command', name: 'Go', command: ['true'] }],
  ...more,
});
const withJob = (id: string) => JSON.stringify({ jobs: [job(id)] });

function setUp(text?: string, check?: ConfigCheck) {
  const home = prepareHome(temporaryHome());
  if (text !== undefined) writeFileSync(home.config, text);
  const said: string[] = [];
  const open = (file: ConfigFile = confFile(home.config)) => {
    const store = createConfigStore({
      file,
      lastGoodPath: home.lastGoodConfig,
      log: (_level, message) => said.push(message),
      ...(check ? { check } : {}),
    });
    store.start();
    onTestFinished(() => store.stop());
    return store;
  };
  return { home, open, said, disk: () => readFileSync(home.config, 'utf8') };
}
const ids = (store: { current(): { jobs: { id: string }[] } }) => store.current().jobs.map((one) => one.id);

test('a broken file says what is in force: the last good version only where there is one', () => {
  const first = setUp('{"jobs": [{}]}');
  expect(first.open().problem()?.message).toMatch(
    /until then Belfry runs with the defaults and without the jobs and accounts of this file\.$/,
  );
  const later = setUp(withJob('a'));
  const store = later.open();
  writeFileSync(later.home.config, '{');
  const again = createConfigStore({
    file: confFile(later.home.config),
    lastGoodPath: later.home.lastGoodConfig,
    log: () => {},
  });
  return store.stop().then(() => {
    again.start();
    onTestFinished(() => again.stop());
    expect(ids(again)).toEqual(['a']);
    expect(again.problem()?.message).toMatch(/until then the last good version stays in force\.$/);
  });
});

test('without a file the defaults are in force, and nothing is written before the first change', async () => {
  const { home, open } = setUp();
  const store = open();
  expect([store.problem(), store.current().settings.theme, existsSync(home.config)]).toEqual([
    null,
    'system',
    false,
  ]);
  await store.change((raw) => ({ ...raw, jobs: [job('a')] }));
  expect(ids(store)).toEqual(['a']);
  expect((statSync(home.config).mode & 0o777).toString(8)).toBe('600');
});

test('a change keeps what a person wrote', async () => {
  const written = '{\n\t"jobs": [],\n\t"settings": { "theme":   "dark" }\n}\n';
  const { open, disk } = setUp(written);
  const store = open();
  await store.change((raw) => ({ ...raw, settings: { ...raw.settings, lateLimitHours: 5 } }));
  expect(disk()).toContain('"theme":   "dark"');
  expect(JSON.parse(disk())).toEqual({ jobs: [], settings: { theme: 'dark', lateLimitHours: 5 } });
  expect(disk().indexOf('jobs')).toBeLessThan(disk().indexOf('settings'));
});

test('changes at once follow one another', async () => {
  const { open, disk } = setUp();
  const store = open();
  const names = Array.from({ length: 20 }, (_, i) => `j${i}`);
  await Promise.all(
    names.map((id) => store.change((raw) => ({ ...raw, jobs: [...(raw.jobs ?? []), job(id)] }))),
  );
  expect(JSON.parse(disk()).jobs.map((one: JobInput) => one.id)).toEqual(names);
});

test('a change that would be a mistake is refused whole, with all problems, and the file stays', async () => {
  const { open, disk } = setUp(withJob('a'));
  const store = open();
  const before = disk();
  const change = store.change((raw) => ({ ...raw, jobs: [job('b'), job('b', { name: '' })] }));
  await expect(change).rejects.toMatchObject({
    code: 'BAD_INPUT',
    details: [{ field: 'jobs[1].name' }, { field: 'jobs[1].id' }],
  });
  expect([disk(), ids(store)]).toEqual([before, ['a']]);
});

test('what would be too large or too deep to be read again is not written', async () => {
  const { open, disk } = setUp(withJob('a'));
  const store = open();
  const before = disk();
  const deep: unknown = JSON.parse('['.repeat(1000) + ']'.repeat(1000));
  const hook = { type: 'webhook' as const, name: 'Go', url: 'https://a.example/', method: 'POST' as const };
  const nested = { ...job('deep'), steps: [{ ...hook, body: deep }] } as JobInput;
  const large = Array.from({ length: 60 }, (_, i) => ({
    ...job(`j${i}`),
    steps: [{ type: 'command' as const, name: 'Go', command: ['true', 'x'.repeat(100_000)] }],
  }));
  for (const [added, why] of [
    [[nested], 'is nested more than 100 levels deep'],
    [large, 'is larger than 5 MiB'],
  ] as const)
    await expect(
      store.change((raw) => ({ ...raw, jobs: [...(raw.jobs ?? []), ...added] })),
    ).rejects.toMatchObject({ code: 'TOO_LARGE', message: expect.stringContaining(why) });
  expect([disk(), ids(store), store.problem()]).toEqual([before, ['a'], null]);
});

test('an edit from outside is taken over by itself', async () => {
  const { home, open } = setUp(withJob('a'));
  const store = open();
  const changed = vi.fn();
  store.onChange(changed);
  writeFileSync(home.config, withJob('b'));
  await vi.waitFor(() => expect(ids(store)).toEqual(['b']), { timeout: 90_000, interval: 20 });
  expect(changed).toHaveBeenCalledTimes(1);
});

test("an editor's way of saving (write beside, rename over) is seen too", async () => {
  const { home, open } = setUp(withJob('a'));
  const store = open();
  writeFileSync(`${home.config}~`, withJob('b'));
  renameSync(`${home.config}~`, home.config);
  await vi.waitFor(() => expect(ids(store)).toEqual(['b']), { timeout: 90_000, interval: 20 });
});

test('a change builds on an edit from outside that nobody had noticed yet', async () => {
  const { home, open, disk } = setUp(withJob('a'));
  const store = open();
  writeFileSync(home.config, withJob('b'));
  await store.change((raw) => ({ ...raw, jobs: [...(raw.jobs ?? []), job('c')] }));
  expect(JSON.parse(disk()).jobs.map((one: JobInput) => one.id)).toEqual(['b', 'c']);
});

const broken = [
  '',
  'null',
  '[1,2]',
  '{"jobs": [',
  '{"jbos": []}',
  '\0\0\0',
  withJob('A'),
  '{"jobs":[],"jobs":[]}',
];

test('a file in Latin-1 is refused with line and byte, and stays as it is to the byte', async () => {
  const { home, open } = setUp(withJob('a'));
  const store = open();
  const latin = Buffer.from(`{\n  "jobs": [${JSON.stringify(job('b', { name: 'Grüße' }))}]\n}\n`, 'latin1');
  writeFileSync(home.config, latin);
  const change = store.change((raw) => ({ ...raw, settings: { theme: 'dark' } }));
  await expect(change).rejects.toMatchObject({
    code: 'BAD_CONFIG',
    details: [{ message: expect.stringMatching(/^line 2, byte \d+: 0xFC is not UTF-8/) }],
  });
  expect([readFileSync(home.config).equals(latin), ids(store)]).toEqual([true, ['a']]);
});

test.each(broken)(
  '%j while running: the last good one stays in force, nothing is overwritten',
  async (text) => {
    const { home, open, disk } = setUp(withJob('a'));
    const store = open();
    writeFileSync(home.config, text);
    await expect(store.change((raw) => ({ ...raw, jobs: [] }))).rejects.toMatchObject({ code: 'BAD_CONFIG' });
    expect(store.problem()).toMatchObject({
      code: 'BAD_CONFIG',
      message: expect.stringContaining(home.config),
    });
    expect([ids(store), disk()]).toEqual([['a'], text]);
    writeFileSync(home.config, withJob('fixed'));
    await store.change((raw) => raw);
    expect([ids(store), store.problem()]).toEqual([['fixed'], null]);
  },
);

test.each(broken)('%j at a restart: the last good one is in force', async (text) => {
  const { home, open, disk } = setUp(withJob('a'));
  await open().stop();
  expect((statSync(home.lastGoodConfig).mode & 0o777).toString(8)).toBe('600');
  writeFileSync(home.config, text);
  const store = open();
  expect([ids(store), store.problem()?.code, disk()]).toEqual([['a'], 'BAD_CONFIG', text]);
  await store.stop();
  expect(JSON.parse(readFileSync(home.lastGoodConfig, 'utf8')).jobs[0].id).toBe('a');
});

test('a broken file at the very first start: defaults, a problem, and hands off', async () => {
  const { open, disk, home } = setUp('{ "jobs": [ }');
  const store = open();
  expect([ids(store), store.problem()?.code]).toEqual([[], 'BAD_CONFIG']);
  await expect(store.change(() => ({}))).rejects.toMatchObject({ code: 'BAD_CONFIG' });
  expect(disk()).toBe('{ "jobs": [ }');
  expect(readdirSync(home.dir).sort()).toEqual(['backups', 'config.json', 'media', 'run']);
});

test('a last good copy that is broken as well does no harm', () => {
  const { home, open } = setUp('{');
  writeFileSync(home.lastGoodConfig, 'rubbish');
  expect(open().problem()?.code).toBe('BAD_CONFIG');
});

test('a folder in the place of the file is a problem, not a crash', async () => {
  const { home, open } = setUp();
  mkdirSync(home.config);
  const store = open();
  expect(store.problem()?.message).toMatch(
    /^BAD_CONFIG: The configuration cannot be read, .*A folder is where/,
  );
  await expect(store.change((raw) => raw)).rejects.toMatchObject({ code: 'BAD_CONFIG' });
  rmSync(home.config, { recursive: true });
  await store.change((raw) => ({ ...raw, jobs: [job('a')] }));
  expect([ids(store), store.problem()]).toEqual([['a'], null]);
});

test('a file that vanishes while Belfry runs takes no job away; the next change writes it anew', async () => {
  const { home, open, disk } = setUp(withJob('a'));
  const store = open();
  rmSync(home.config);
  await vi.waitFor(() => expect(store.problem()?.message).toContain('is gone'), {
    timeout: 90_000,
    interval: 20,
  });
  expect(ids(store)).toEqual(['a']);
  await store.change((raw) => ({ ...raw, jobs: [...(raw.jobs ?? []), job('b')] }));
  expect([JSON.parse(disk()).jobs.length, store.problem()]).toEqual([2, null]);
});

test('a file that is gone at a start: its last good version is in force, and that is a problem until it is back', async () => {
  const { home, open, said, disk } = setUp(withJob('a'));
  await open().stop();
  rmSync(home.config);
  const first = open();
  expect(ids(first)).toEqual(['a']);
  expect(first.problem()?.message).toMatch(
    /is gone.*while Belfry was not running.*last good version \(.*write \{\}/,
  );
  expect(said.at(-1)).toBe(first.problem()?.message);
  await first.stop();
  // Another start makes no difference.
  const second = open();
  expect([ids(second), second.problem()?.code]).toEqual([['a'], 'BAD_CONFIG']);
  await second.change((raw) => ({ ...raw, jobs: [...(raw.jobs ?? []), job('b')] }));
  expect([ids(second), JSON.parse(disk()).jobs.length, second.problem()]).toEqual([['a', 'b'], 2, null]);
  await second.stop();
  writeFileSync(home.config, '{}'); // Who wants to start anew says so.
  expect(ids(open())).toEqual([]);
});

test('a file that is gone at a start, with a last good copy that is broken: that is said as well', async () => {
  const { home, open } = setUp(withJob('a'));
  await open().stop();
  rmSync(home.config);
  writeFileSync(home.lastGoodConfig, '{');
  const store = open();
  expect(ids(store)).toEqual([]);
  expect(store.problem()?.message).toMatch(/is gone.*without the jobs and accounts.*cannot be used either/);
  await store.change((raw) => ({ ...raw, jobs: [job('c')] }));
  expect([ids(store), store.problem()]).toEqual([['c'], null]);
});

test('a configuration that is a link into a git folder stays a link', async () => {
  const { home, open } = setUp();
  const real = join(temporaryHome(), 'belfry.json');
  writeFileSync(real, withJob('a'));
  symlinkSync(real, home.config);
  await open().change((raw) => ({ ...raw, jobs: [] }));
  expect(JSON.parse(readFileSync(real, 'utf8'))).toEqual({ jobs: [] });
  expect(readFileSync(home.config, 'utf8')).toBe(readFileSync(real, 'utf8'));
});

test('a torn write puts the old file back and says so', async () => {
  const { home, disk } = setUp(withJob('a'));
  const torn = confFile(home.config, (options) => ({
    get store() {
      return {};
    },
    set store(value) {
      rmSync(home.config);
      writeFileSync(home.config, options.serialize(value).slice(0, 20));
    },
  }));
  expect(() => torn.write({ jobs: [job('b')] })).toThrow(/^HOME_UNUSABLE: .*disk is full.*file is as it was/);
  expect(disk()).toBe(withJob('a'));
  expect(readdirSync(home.dir)).not.toContain('config.json.before');
});

test('a listener that throws harms no other one', async () => {
  const { open, said } = setUp();
  const store = open();
  const second = vi.fn();
  store.onChange(() => {
    throw new Error('no');
  });
  const stop = store.onChange(second);
  await store.change((raw) => ({ ...raw, jobs: [job('a')] }));
  stop();
  await store.change((raw) => ({ ...raw, jobs: [] }));
  expect(second).toHaveBeenCalledTimes(1);
  expect(said.join()).toContain('listener');
});

test('a copy that a reader alters is not the configuration', () => {
  const { open } = setUp(withJob('a'));
  const store = open();
  store.raw().jobs?.pop();
  expect(store.raw().jobs).toHaveLength(1);
});

test('what the modules check counts as a mistake too', async () => {
  const { open } = setUp(withJob('a'), (config) =>
    config.jobs.length > 1 ? [{ field: 'jobs[1]', message: 'is one too many' }] : [],
  );
  await expect(open().change((raw) => ({ ...raw, jobs: [job('a'), job('b')] }))).rejects.toThrow(
    /^BAD_INPUT: .*one too many/,
  );
});

test('a name that JavaScript cannot hold is refused before it is written', async () => {
  const { open, home } = setUp();
  const env = JSON.parse('{"__proto__": "x"}');
  const change = open().change(() => ({ workspaces: [{ id: 'w', cwd: '.', command: ['x'], env }] }));
  await expect(change).rejects.toMatchObject({ code: 'BAD_INPUT', field: 'workspaces[0].env.__proto__' });
  expect(existsSync(home.config)).toBe(false);
});

test('a change is read once, and what others wrote meanwhile is read as well', async () => {
  let read: number[] = [];
  const { home, open } = setUp(undefined, ({ jobs }) => {
    read.push(jobs.length);
    return [];
  });
  const store = open();
  await store.change(() => ({ jobs: Array.from({ length: 1000 }, (_, i) => job(`j${i}`)) }));
  await store.change((raw) => ({ ...raw, jobs: (raw.jobs ?? []).filter((one) => one.id !== 'j500') }));
  // A check of a thousand jobs is most of what a change costs.
  expect(read).toEqual([1000, 999]);
  expect(store.current().jobs).toHaveLength(999);
  read = [];
  writeFileSync(home.config, withJob('theirs'));
  await store.change((raw) => ({ ...raw, jobs: [...(raw.jobs ?? []), job('ours')] }));
  expect(read).toEqual([1, 2]);
  expect(ids(store)).toEqual(['theirs', 'ours']);
});

test('a check that fails does not take the engine down', async () => {
  let fail = false;
  const { home, open, said } = setUp(withJob('a'), () => {
    if (fail) throw new Error('a mistake of ours');
    return [];
  });
  const store = open();
  fail = true;
  writeFileSync(home.config, withJob('b'));
  await vi.waitFor(() => expect(said.join()).toContain('a mistake of ours'), {
    timeout: 90_000,
    interval: 20,
  });
  expect(ids(store)).toEqual(['a']);
});

test('a file that this user may not read is a problem', () => {
  if (process.getuid?.() === 0) return; // Root may read everything.
  const { home, open } = setUp(withJob('a'));
  chmodSync(home.config, 0);
  expect(open().problem()?.message).toContain('no right');
});
