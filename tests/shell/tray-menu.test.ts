import { describe, expect, it } from 'vitest';
import { type TrayEntry, type TrayState, trayView } from '../../electron/shell/tray-menu.ts';
import type { JobView, PostView, Status } from '../../shared/index.ts';
import { sampleStatus } from '../support/window/sample.ts';

const now = Date.parse('2026-11-22T09:00:00Z');
const at = (minutes: number) => new Date(now + minutes * 60_000).toISOString();

const status = (change: Partial<Status> = {}) =>
  sampleStatus({ mode: 'desktop', startedAt: at(-60), ...change });

function state(change: Partial<TrayState> = {}): TrayState {
  return {
    now,
    timezone: 'UTC',
    status: status(),
    jobs: [],
    posts: [],
    launchAtLogin: false,
    quitting: false,
    runtimeNotice: null,
    ...change,
  };
}

const counts = (change: Partial<Status['counts']>) => ({ ...status().counts, ...change });
const running = (...names: string[]) =>
  names.map((name, index) => ({ runId: `r${index}`, jobId: `j${index}`, name, startedAt: at(-1) }));
const job = (id: string, name: string, isRunning = false): JobView => ({
  id,
  name,
  description: '',
  enabled: true,
  builtin: false,
  schedule: '',
  nextRun: null,
  lastRun: null,
  running: isRunning,
});
const post = (id: string, publishAt: string | null, text: string): PostView => ({
  id,
  status: 'queued',
  publishAt,
  text,
  media: [],
  thread: [],
  poll: null,
  firstComment: null,
  tags: [],
  key: null,
  targets: [],
  source: 'person',
  runId: null,
  note: '',
  visibility: null,
  contentWarning: null,
  language: null,
  sensitive: null,
  createdAt: at(-60),
});

/** The menu as text: `()` around what is switched off, `✓` before what is checked. */
function read(entries: readonly TrayEntry[], indent = ''): string[] {
  return entries.flatMap((entry) => readEntry(entry).map((line) => `${indent}${line}`));
}

function readEntry(entry: TrayEntry): string[] {
  switch (entry.type) {
    case 'separator':
      return ['--'];
    case 'label':
      return [`(${entry.label})`];
    case 'action':
      return [entry.enabled ? entry.label : `(${entry.label})`];
    case 'checkbox':
      return [`${entry.checked ? '✓ ' : ''}${entry.label}`];
    case 'menu':
      return [entry.label, ...read(entry.entries, '  ')];
  }
}

function sub(view: { entries: TrayEntry[] }, label: string): TrayEntry[] {
  const found = view.entries.find((entry) => entry.type === 'menu' && entry.label === label);
  return found?.type === 'menu' ? found.entries : [];
}

describe('the menu', () => {
  it('has its entries in the order of the design', () => {
    expect(read(trayView(state({ jobs: [job('news', 'News')] })).entries)).toEqual([
      '(Nothing is scheduled)',
      '--',
      '(Start scheduler)',
      'Stop scheduler',
      'Run now',
      '  News',
      'Pending posts',
      '  (No pending posts)',
      '--',
      'Open Belfry',
      'Open logs',
      'Launch at login',
      '--',
      'Quit Belfry',
    ]);
  });

  it('offers Start while paused, Stop while running, neither before the engine has answered', () => {
    const lines = (change: Partial<TrayState>) => read(trayView(state(change)).entries);
    expect(lines({ status: status({ scheduler: 'paused' }) })).toContain('Start scheduler');
    expect(lines({ status: status({ scheduler: 'paused' }) })).toContain('(Stop scheduler)');
    expect(lines({ status: null })).toContain('(Start scheduler)');
    expect(lines({ status: null })).toContain('(Stop scheduler)');
  });

  it('runs the job that was clicked', () => {
    const [first] = sub(trayView(state({ jobs: [job('news', 'News', true)] })), 'Run now');
    expect(first).toEqual({
      type: 'action',
      label: 'News (running)',
      action: { do: 'run-job', id: 'news' },
      enabled: true,
    });
  });

  it('stays usable with a thousand jobs', () => {
    const jobs = Array.from({ length: 1000 }, (_, index) => job(`j${index}`, `Job ${index}`));
    const entries = sub(trayView(state({ jobs })), 'Run now');
    expect(entries).toHaveLength(41);
    expect(entries.at(-1)).toMatchObject({ label: 'And 960 more …', action: { route: '#/jobs' } });
  });

  it('shows the next five posts by time, without drafts', () => {
    const posts = [
      post('g', at(60 * 24 * 10), 'in ten days'),
      post('f', at(60 * 24 * 2), 'the day after tomorrow'),
      post('draft', null, 'a draft'),
      post('b', at(30), 'soon\nwith a second line'),
      post('a', at(-3), 'late'),
      post('c', at(90), '   '),
      post('h', at(60 * 24 * 20), 'too far away'),
    ];
    expect(read(sub(trayView(state({ posts })), 'Pending posts'))).toEqual([
      'due 3 min ago  late',
      '09:30  soon',
      '10:30  Empty post',
      'Tue 09:00  the day after tomorrow',
      '2 Dec 09:00  in ten days',
    ]);
    expect(sub(trayView(state({ posts })), 'Pending posts')[1]).toMatchObject({
      action: { do: 'open', route: '#/posts/b' },
    });
  });

  it('says how many more posts wait than it shows, and leads to all of them', () => {
    const posts = Array.from({ length: 5 }, (_, index) => post(`p${index}`, at(index + 1), 'hello'));
    const shown = (queuedPosts: number) =>
      sub(trayView(state({ posts, status: status({ counts: counts({ queuedPosts }) }) })), 'Pending posts');
    expect(shown(5)).toHaveLength(5);
    expect(shown(1017).at(-1)).toMatchObject({ label: 'And 1,012 more …', action: { route: '#/posts' } });
  });

  it('writes times in the zone of the machine', () => {
    const view = trayView(state({ timezone: 'America/New_York', posts: [post('a', at(30), 'hello')] }));
    expect(read(sub(view, 'Pending posts'))).toEqual(['04:30  hello']);
  });

  it('cuts long texts between characters', () => {
    const [line = ''] = read(
      sub(trayView(state({ posts: [post('a', at(1), '🔔'.repeat(99))] })), 'Pending posts'),
    );
    expect(line).toBe(`09:01  ${'🔔'.repeat(47)}…`);
  });

  it('checks Launch at login, and a click turns it round', () => {
    const view = trayView(state({ launchAtLogin: true }));
    expect(read(view.entries)).toContain('✓ Launch at login');
    expect(view.entries.find((entry) => entry.type === 'checkbox')).toMatchObject({
      action: { do: 'launch-at-login', enabled: false },
    });
  });

  it('takes no more clicks while Belfry is ending', () => {
    const view = trayView(state({ quitting: true }));
    expect(read(view.entries)).toEqual(
      expect.arrayContaining(['(Ending …)', '(Stop scheduler)', '(Quit Belfry)']),
    );
  });
});

describe('the status line', () => {
  const next = (minutes: number) => ({ jobs: [{ ...job('trends', 'Trends'), nextRun: at(minutes) }] });
  it.each<[string, Partial<Status>, Partial<TrayState>?]>([
    ['Next: Trends in 12 min', {}, next(12)],
    ['Next: Trends in 12 min', {}, next(11.5)],
    ['Next: Trends in less than a minute', {}, next(0.5)],
    ['Next: Trends now', {}, next(-1)],
    ['Next: Trends in 2 h', {}, next(120)],
    ['Next: Trends in 2 h 5 min', {}, next(125)],
    ['Next: Trends in 3 days', {}, next(3 * 24 * 60)],
    ['Running: News ingestion', { running: running('News ingestion') }, next(1)],
    ['Running: News and 2 more', { running: running('News', 'Trends', 'Ideas') }],
    ['Paused', { scheduler: 'paused' }, next(1)],
    ['1 post needs you', { counts: counts({ needYou: 1 }) }, next(1)],
    ['1 account needs you', { counts: counts({ accountsNeedYou: 1, needYou: 3 }) }, next(1)],
    ['2 accounts need you, 1 post waits', { counts: counts({ accountsNeedYou: 2, waitingPosts: 1 }) }],
    ['2 accounts need you, 7 posts wait', { counts: counts({ accountsNeedYou: 2, waitingPosts: 7 }) }],
    ['2 posts need you', { counts: counts({ needYou: 2 }), scheduler: 'paused' }],
    [
      'Publishing is paused: confirm in the window',
      {
        warnings: [{ code: 'NEEDS_PERSON', message: 'x' }],
        trouble: [{ code: 'NEEDS_PERSON', message: 'x' }],
        running: running('Fetch'),
      },
    ],
    [
      '1 warning needs you',
      { warnings: [{ code: 'BAD_CONFIG', message: 'x' }], counts: counts({ needYou: 2 }) },
    ],
    ['Next: a post in 5 min', {}, { ...next(12), posts: [post('p', at(5), 'hello')] }],
    ['Next: a post now', {}, { posts: [post('p', at(-5), 'late')] }],
  ])('says "%s"', (line, change, more = {}) => {
    expect(read(trayView(state({ status: status(change), ...more })).entries)[0]).toBe(`(${line})`);
  });

  it('does not speak of the times of built-in jobs, and of their runs as of any other', () => {
    const publish = { ...job('publish_due_posts', 'Publish due posts'), builtin: true, nextRun: at(0.5) };
    const view = trayView(state({ status: status({}), jobs: [publish] }));
    expect(read(view.entries)[0]).toBe('(Nothing is scheduled)');
    expect(read(sub(view, 'Run now'))).toEqual(['Publish due posts']);
    const busy = { running: [{ runId: 'r', jobId: publish.id, name: publish.name, startedAt: at(0) }] };
    expect(trayView(state({ status: status(busy), jobs: [publish] })).icon).toBe('running');
  });
});

describe('icon and tooltip', () => {
  it.each([
    ['idle', {}],
    ['running', { running: running('News') }],
    ['paused', { scheduler: 'paused' as const }],
    ['running', { running: running('News'), scheduler: 'paused' as const }],
    ['attention', { running: running('News'), counts: counts({ needYou: 1 }) }],
    ['attention', { counts: counts({ accountsNeedYou: 1 }) }],
    [
      'attention',
      { scheduler: 'paused' as const, warnings: [{ code: 'BAD_CONFIG' as const, message: 'x' }] },
    ],
  ])('is %s', (icon, change) => {
    expect(trayView(state({ status: status(change) })).icon).toBe(icon);
  });

  it('names the accounts that need a sign-in, each leading to where that is done', () => {
    const account = (id: string, word: 'locked' | 'sign-in-needed') => ({
      ...{ id, handle: `@${id}@m.example`, status: word, reason: null },
      posts: 1,
    });
    const accounts = ['a', 'b', 'c', 'd'].map((id) => account(id, id === 'b' ? 'locked' : 'sign-in-needed'));
    const view = trayView(
      state({ status: status({ counts: counts({ accountsNeedYou: 4, waitingPosts: 4 }), accounts }) }),
    );
    expect(read(view.entries).slice(0, 5)).toEqual([
      '(4 accounts need you, 4 posts wait)',
      '@a@m.example needs a sign-in …',
      '@b@m.example is locked …',
      '@c@m.example needs a sign-in …',
      'And 1 more …',
    ]);
    expect(view.entries[1]).toMatchObject({ action: { do: 'open', route: '#/accounts' } });
  });

  it('names what is next, failures, demonstration and an old runtime', () => {
    const view = trayView(
      state({
        status: status({ counts: counts({ failingJobs: 2 }), demo: true }),
        runtimeNotice: 'Development runtime Electron 25.1.1',
      }),
    );
    expect(view.tooltip.split('\n')).toEqual([
      'Belfry: Nothing is scheduled',
      '2 jobs failed at the last run',
      'Demonstration',
      'Development runtime Electron 25.1.1',
    ]);
  });
});
