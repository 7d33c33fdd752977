import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { JobView, OutputLine, PostView, RunView, Status } from '../../shared/index.ts';
import { commandOn, startHeadless, until } from '../support/command.ts';
import { launchBrowser, processesOf, root } from '../support/desktop/index.ts';
import {
  type FakeNetwork,
  heldEffect,
  slowAnswer,
  startFakeNetwork,
} from '../support/fake-networks/index.ts';
import { temporaryHome } from '../support/home.ts';

const picture = join(root, 'docs/examples/feed-pipeline/belfry-dusk.png');

async function network(): Promise<FakeNetwork> {
  const started = await startFakeNetwork('mastodon-4.5');
  onTestFinished(() => started.close());
  return started;
}

/** A home whose settings make waiting short; everything else is done by the command line. */
function homeWith(settings: Record<string, unknown> = {}): string {
  const home = temporaryHome();
  writeFileSync(join(home, 'config.json'), JSON.stringify({ settings }));
  return home;
}

/** A length of sleep that no other process has: how a grandchild is found whose parents are dead. */
let naps = 0;
const nap = () => {
  naps += 1;
  return `${100_000 + process.pid}.${naps}`;
};

const script = (code: string) => ['node', '-e', code];
const job = (id: string, command: string[], more: Record<string, unknown> = {}) =>
  JSON.stringify({ id, name: id, steps: [{ type: 'command', name: 'Work', command }], ...more });

test('a scheduled pipeline feeds the queue and its post with a picture goes out exactly once', async () => {
  const home = homeWith();
  const belfry = commandOn(home);
  const net = await network();
  await startHeadless(home);
  const added = await belfry.fed(net.token, '--json', 'accounts', 'add', 'mastodon', net.address);
  expect(added).toMatchObject({ code: 0, stderr: '' });
  const account: string = JSON.parse(added.stdout).id;
  const post = {
    text: 'From a pipeline',
    accounts: [account],
    media: [{ path: picture, alt: 'A belfry at dusk' }],
  };
  const line = `console.log(JSON.stringify({...${JSON.stringify(post)}, publishAt: new Date(Date.now() + 500).toISOString()}))`;
  const steps = [
    { type: 'command', name: 'Think', command: script("console.log('thinking')") },
    // Files of posts come from the folder of the step, unless it says otherwise.
    { type: 'command', name: 'Draft', command: script(line), output: 'posts', cwd: dirname(picture) },
  ];
  const at = new Date(Date.now() + 10_000).toISOString();
  const definition = { id: 'idea', name: 'Idea', triggers: [{ type: 'date', at }], steps };
  expect(await belfry.fed(JSON.stringify(definition), 'jobs', 'add', '-')).toMatchObject({
    code: 0,
    stderr: '',
  });

  const published = await until('the post is published', async () => {
    const posts = await belfry.json<PostView[]>('posts', '--status', 'published');
    return posts[0];
  });
  expect(published.targets[0]).toMatchObject({
    account,
    status: 'published',
    url: expect.stringContaining(published.targets[0]?.remoteId ?? 'no id'),
  });
  expect(net.world.visible.map(({ text }) => text)).toEqual(['From a pipeline']);
  const [run] = await belfry.json<RunView[]>('runs', '--job', 'idea');
  expect(run).toMatchObject({ jobId: 'idea', cause: 'schedule', slot: at, status: 'success' });
  expect(run?.steps.map(({ name, status, exitCode }) => ({ name, status, exitCode }))).toEqual([
    { name: 'Think', status: 'success', exitCode: 0 },
    { name: 'Draft', status: 'success', exitCode: 0 },
  ]);
});

test('the window in a real browser shows a run live and starts one', async () => {
  const home = homeWith();
  const belfry = commandOn(home);
  const host = await startHeadless(home);
  const slow = job('slow', script("let n = 0; setInterval(() => console.log('tick ' + ++n), 200)"), {
    name: 'Slow one',
  });
  await belfry.fed(slow, 'jobs', 'add', '-');
  const link = /http:\/\/127\.0\.0\.1:\d+\/#code=\S+/.exec(host.output())?.[0];
  const browser = await launchBrowser();
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await page.goto(link ?? '');
  await page.getByRole('link', { name: 'Jobs', exact: true }).click();
  await page
    .getByRole('row', { name: /Slow one/ })
    .getByRole('button', { name: /Run/ })
    .click();
  await until('the job runs', async () => (await belfry.json<Status>('status')).running.length === 1);
  await page.getByRole('link', { name: 'Runs', exact: true }).click();
  await page.getByRole('link', { name: 'Slow one', exact: true }).click();
  await page.getByText('tick 3', { exact: true }).waitFor();
  expect(complaints).toEqual([]);
});

test('stop keeps slots from running, start brings them back, and nothing of the pause is caught up', async () => {
  const home = homeWith();
  const belfry = commandOn(home);
  await startHeadless(home);
  const every = { triggers: [{ type: 'interval', seconds: 1 }] };
  await belfry.fed(job('often', script('1'), every), 'jobs', 'add', '-');
  const ran = async () =>
    (await belfry.json<RunView[]>('runs', '--job', 'often', '--status', 'success')).length;
  await until('it runs', async () => (await ran()) > 0);
  expect((await belfry('stop')).code).toBe(0);
  expect((await belfry.json<Status>('status')).scheduler).toBe('paused');
  await until('what ran has ended', async () => (await belfry.json<Status>('status')).running.length === 0);
  const before = await ran();
  const manual = await belfry('run-job', 'often', '--wait');
  expect(manual.code).toBe(0);
  expect(await ran()).toBe(before + 1);
  expect((await belfry('start')).code).toBe(0);
  await until('it runs again', async () => (await ran()) > before + 1);
  const skipped = await belfry.json<RunView[]>('runs', '--job', 'often', '--status', 'skipped');
  expect(skipped[0]?.reason).toMatch(/paused/i);
});

/** A command that never ends, with a grandchild in a session of its own that `asleep` finds by its nap. */
function endless(): { command: string[]; asleep(): boolean } {
  const length = nap();
  const code = `console.log('at work'); require('child_process').spawn('sleep', ['${length}'], { detached: true }); setInterval(() => {}, 1000)`;
  return {
    command: script(code),
    asleep: () => processesOf(length).some(({ command }) => command === `sleep ${length}`),
  };
}

test('a second engine is refused with exit code 3, and SIGTERM leaves no process and no socket', async () => {
  const home = homeWith({ drainSeconds: 1 });
  const belfry = commandOn(home);
  const host = await startHeadless(home);
  const second = await belfry('run', '--port', '0');
  expect(second.code).toBe(3);
  expect(second.stderr).toMatch(/^ALREADY_RUNNING: Belfry is already running \(headless, pid \d+, since /);
  const { command, asleep } = endless();
  await belfry.fed(job('long', command), 'jobs', 'add', '-');
  await belfry('run-job', 'long');
  await until('its grandchild runs', asleep);
  host.child.kill('SIGTERM');
  expect(await host.exited).toBe(0);
  expect(asleep()).toBe(false);
  expect(processesOf(home)).toEqual([]);
  expect((await belfry('status')).code).toBe(4);
  await startHeadless(home);
  const [run] = await belfry.json<RunView[]>('runs', '--job', 'long');
  expect(run?.status).toBe('interrupted');
});

test('kill -9 during a run: it is interrupted, its children are gone, its output is kept', async () => {
  const home = homeWith({ drainSeconds: 1 });
  const belfry = commandOn(home);
  const host = await startHeadless(home);
  const { command, asleep } = endless();
  await belfry.fed(job('long', command), 'jobs', 'add', '-');
  const started = await belfry.json<RunView>('run-job', 'long');
  await until('its output is stored', async () =>
    (await belfry('logs', started.id)).stdout.includes('at work'),
  );
  await until('its grandchild runs', asleep);
  host.child.kill('SIGKILL');
  await host.exited;
  expect(asleep()).toBe(true);

  const again = await startHeadless(home);
  const run = await until('the run is closed', async () => {
    const view = await belfry.json<RunView>('runs', started.id);
    return view.status === 'running' ? undefined : view;
  });
  expect(run.status).toBe('interrupted');
  const lines = await belfry.json<OutputLine[]>('logs', started.id);
  expect(lines.map(({ text }) => text)).toContain('at work');
  await until('its children are gone', () => !asleep());
  expect((await belfry.json<RunView[]>('runs', '--job', 'long')).length).toBe(1);
  again.child.kill('SIGTERM');
  expect(await again.exited).toBe(0);
});

test.each([
  ['whose answer is slow', (net: FakeNetwork) => net.faults.next('post', slowAnswer(60_000))],
  [
    'that takes effect after the kill',
    (net: FakeNetwork) => {
      const { fault, happen } = heldEffect();
      net.faults.next('post', fault);
      setTimeout(happen, 2500);
    },
  ],
])('kill -9 during a publication %s: after the restart it is published once', async (_, bend) => {
  const home = homeWith({ settleSeconds: 4 });
  const belfry = commandOn(home);
  const net = await network();
  const host = await startHeadless(home);
  const added = await belfry.fed(net.token, '--json', 'accounts', 'add', 'mastodon', net.address);
  const account: string = JSON.parse(added.stdout).id;
  bend(net);
  const post = { text: 'Only once', accounts: [account], publishAt: new Date().toISOString() };
  expect(await belfry.fed(JSON.stringify(post), 'posts', 'add', '-')).toMatchObject({ code: 0 });
  await until('the request has arrived', () => net.requests.some(({ route }) => route === 'post'));
  host.child.kill('SIGKILL');
  await host.exited;

  await startHeadless(home);
  const settled = await until(
    'the post is published',
    async () => {
      const [found] = await belfry.json<PostView[]>('posts');
      return found?.status === 'published' ? found : undefined;
    },
    60_000,
  );
  expect(net.world.visible.map(({ text }) => text)).toEqual(['Only once']);
  expect(settled.targets[0]?.remoteId).toBe(net.world.visible[0]?.id);
});

test('an edited config.json is taken over, a broken one is reported by field and left alone', async () => {
  const home = homeWith();
  const belfry = commandOn(home);
  await startHeadless(home);
  const path = join(home, 'config.json');
  writeFileSync(path, JSON.stringify({ jobs: [JSON.parse(job('edited', script('1')))] }));
  await until('the job is there', async () =>
    (await belfry.json<JobView[]>('jobs')).some(({ id }) => id === 'edited'),
  );
  const broken = '{ "jobs": [{ "id": "edited", "nmae": "x", "steps": [] }] }';
  writeFileSync(path, broken);
  const warning = await until('it is reported', async () => {
    const answer = await belfry('--json', 'status');
    return answer.code === 7 ? (JSON.parse(answer.stdout) as Status).warnings[0] : undefined;
  });
  expect(warning).toMatchObject({ code: 'BAD_CONFIG' });
  expect(warning.details?.map(({ field }) => field)).toEqual(
    expect.arrayContaining(['jobs[0].nmae', 'jobs[0].name', 'jobs[0].steps']),
  );
  expect((await belfry.json<JobView[]>('jobs')).some(({ id }) => id === 'edited')).toBe(true);
  expect((await belfry('jobs', 'disable', 'edited')).code).toBe(2);
  expect(readFileSync(path, 'utf8')).toBe(broken);
});

test('a job that cannot work is refused when it is saved, with every mistake at once, and nothing is stored', async () => {
  const home = homeWith();
  const belfry = commandOn(home);
  await startHeadless(home);
  const step = (command: string, more: Record<string, unknown> = {}) => ({
    type: 'command',
    name: 'Work',
    command: [command],
    ...more,
  });
  const bad = (id: string, fields: Record<string, unknown>) =>
    belfry.fed(
      JSON.stringify({ id, name: id, steps: [step('node')], ...fields }),
      '--json',
      'jobs',
      'add',
      '-',
    );
  const errorOf = async (id: string, fields: Record<string, unknown>) => {
    const { code, stdout } = await bad(id, fields);
    expect(code, stdout).toBe(2);
    return JSON.parse(stdout).error.message as string;
  };
  expect(await errorOf('shape', { timezone: 'Mars/Olympus', stesp: [], maxInstances: 0 })).toMatch(
    /^BAD_INPUT: There are 3 mistakes/,
  );
  expect(await errorOf('cron', { triggers: [{ type: 'cron', expression: '0 0 30 2 *' }] })).toContain(
    'triggers[0]',
  );
  expect(await errorOf('program', { steps: [step('no-such-program')] })).toContain('no-such-program');
  expect(await errorOf('folder', { steps: [step('node', { cwd: 'no-such-folder' })] })).toContain(
    'no-such-folder',
  );
  expect((await belfry.json<JobView[]>('jobs')).filter(({ builtin }) => !builtin)).toEqual([]);
});
