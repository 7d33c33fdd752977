import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { RunView } from '../../shared/index.ts';
import { type Command, commandOn, startHeadless, startHeadlessIn, until } from '../support/command.ts';
import { temporaryHome } from '../support/home.ts';
import { findFaketime, movedClock } from '../support/moved-clock.ts';

const faketime = findFaketime();
const missing = 'no libfaketime that Node obeys (apt install faketime)';
if (!faketime && process.env['CI']) throw new Error(`CI must be able to move a clock: ${missing}`);
if (!faketime) console.warn(`The tests that move the clock of a running engine were skipped: ${missing}.`);

type Job = { expression: string; coalesce?: boolean; misfireGraceSeconds?: number };

/** A home whose jobs, in New York, do nothing but run. */
function homeWith(jobs: Record<string, Job>): string {
  const home = temporaryHome();
  const list = Object.entries(jobs).map(([id, { expression, ...rest }]) => ({
    id,
    name: id,
    timezone: 'America/New_York',
    triggers: [{ type: 'cron', expression }],
    steps: [{ type: 'command', name: 'Nothing', command: ['true'] }],
    ...rest,
  }));
  writeFileSync(join(home, 'config.json'), JSON.stringify({ jobs: list }));
  return home;
}

/** A headless host whose clock shows `instant` once it answers; `move` sets it while it runs. */
async function hostAt(instant: string, jobs: Record<string, Job>) {
  const home = homeWith(jobs);
  // How long a start takes nobody knows; in these minutes before, no slot that is told of comes.
  const before = new Date(Date.parse(instant) - 10 * 60_000).toISOString();
  const clock = movedClock(faketime ?? '', home, before);
  const host = await startHeadlessIn(clock.env, home);
  onTestFinished(async () => {
    // Killed, it would leave the shared memory of faketime behind.
    host.child.kill('SIGTERM');
    await host.exited;
  });
  clock.set(instant);
  const belfry = commandOn(home);
  return { host, belfry, move: clock.set, done: (slot: string) => handled(belfry, 'half', slot) };
}

const recordsOf = (belfry: Command, job: string) =>
  belfry.json<RunView[]>('runs', '--job', job, '--limit', '10000');

const handled = (belfry: Command, job: string, slot: string) =>
  until(
    `${job} has handled ${slot}`,
    async () => (await recordsOf(belfry, job)).some((run) => run.slot === slot && run.status !== 'queued'),
    20_000,
  );

/** All that is stored of a job, oldest first: `13:30 schedule`, or `2 skipped, 14:00 to 14:30: reason`. */
async function story(belfry: Command, job: string): Promise<string[]> {
  const time = (instant: string) => instant.slice(11, 16);
  return (await recordsOf(belfry, job))
    .map(({ slot, cause, status, gap, reason }) =>
      gap
        ? {
            at: gap.first,
            text: `${gap.count} ${status}, ${time(gap.first)} to ${time(gap.last)}: ${reason}`,
          }
        : { at: slot ?? '', text: `${time(slot ?? '')} ${cause}` },
    )
    .sort((a, b) => a.at.localeCompare(b.at))
    .map(({ text }) => text);
}

/** Every slot of a job with an even beat is there, in a run or in a gap, and none twice; gives how many there are. */
async function wholeAndOnce(belfry: Command, job: string, beatMs: number): Promise<number> {
  const slots = (await recordsOf(belfry, job))
    .flatMap(({ slot, gap }) => {
      if (!gap) return [Date.parse(slot ?? '')];
      const first = Date.parse(gap.first);
      expect(Date.parse(gap.last) - first, 'a gap counts its slots').toBe((gap.count - 1) * beatMs);
      return Array.from({ length: gap.count }, (_, i) => first + i * beatMs);
    })
    .sort((a, b) => a - b);
  const [first = 0] = slots;
  expect(slots).toEqual(slots.map((_, i) => first + i * beatMs));
  return slots.length;
}

const half = { expression: '*/30 * * * *' };
const tick = { expression: '*/2 * * * * *' };
const merged = (count: number) =>
  `The computer was asleep or its clock was set forward: ${count} slots were merged into the run of the latest one (coalesce).`;

describe.skipIf(!faketime)('a wall clock that is moved under a running engine', () => {
  test('forward by hours, over the spring change: like sleep', async () => {
    const daily = { expression: '30 2 * * *' };
    const strict = { expression: '15 * * * *', misfireGraceSeconds: 60 };
    const each = { expression: '45 * * * *', coalesce: false };
    const { belfry, move, done } = await hostAt('2027-03-14T06:29:58Z', { half, daily, strict, each, tick });
    await done('2027-03-14T06:30:00.000Z');
    move('2027-03-14T09:40:00Z');
    await done('2027-03-14T09:30:00.000Z');
    expect(await story(belfry, 'half')).toEqual([
      '06:30 schedule',
      `5 skipped, 07:00 to 09:00: ${merged(5)}`,
      '09:30 catch-up',
    ]);
    expect(await story(belfry, 'daily')).toEqual(['07:00 catch-up']);
    expect(await story(belfry, 'strict')).toEqual([
      '3 missed, 07:15 to 09:15: The computer was asleep or its clock was set forward: 3 slots were more than 1 minute late (misfireGraceSeconds).',
    ]);
    expect(await story(belfry, 'each')).toEqual(['06:45 catch-up', '07:45 catch-up', '08:45 catch-up']);
    expect(await wholeAndOnce(belfry, 'tick', 2000)).toBeGreaterThan(5700);
  });

  test('back by an hour: nothing is repeated while the hour passes once more, and it goes on within 15 s', async () => {
    const { host, belfry, move, done } = await hostAt('2027-02-10T14:29:58Z', { half, tick });
    await done('2027-02-10T14:30:00.000Z');
    move('2027-02-10T13:30:05Z');
    await until('it is noticed', () => host.output().includes('The clock was set back'));
    const before = (await recordsOf(belfry, 'tick')).length;
    move('2027-02-10T14:29:58Z');
    await until('it goes on', async () => (await recordsOf(belfry, 'tick')).length > before);
    move('2027-02-10T14:59:58Z');
    await done('2027-02-10T15:00:00.000Z');
    expect(await story(belfry, 'half')).toEqual(['14:30 schedule', '15:00 schedule']);
    expect(await wholeAndOnce(belfry, 'tick', 2000)).toBeGreaterThan(900);
  });

  test('through the spring change: the time that is jumped over runs once, at the end of the gap', async () => {
    const daily = { expression: '30 2 * * *' };
    const { belfry, move, done } = await hostAt('2027-03-14T06:59:58Z', { half, daily, tick });
    await done('2027-03-14T07:00:00.000Z');
    move('2027-03-14T07:29:58Z');
    await done('2027-03-14T07:30:00.000Z');
    expect(await story(belfry, 'daily')).toEqual(['07:00 schedule']);
    expect(await story(belfry, 'half')).toEqual(['07:00 schedule', '07:30 schedule']);
    await wholeAndOnce(belfry, 'tick', 2000);
  });

  test('through the autumn change: a fixed time runs the first time only, a cadence through both hours', async () => {
    const daily = { expression: '30 1 * * *' };
    const { belfry, move, done } = await hostAt('2027-11-07T05:29:58Z', { half, daily, tick });
    await done('2027-11-07T05:30:00.000Z');
    move('2027-11-07T05:59:58Z');
    await done('2027-11-07T06:00:00.000Z');
    move('2027-11-07T06:29:58Z');
    await done('2027-11-07T06:30:00.000Z');
    expect(await story(belfry, 'daily')).toEqual(['05:30 schedule']);
    expect(await story(belfry, 'half')).toEqual(['05:30 schedule', '06:00 schedule', '06:30 schedule']);
    await wholeAndOnce(belfry, 'tick', 2000);
  });
});

test('a process that was stopped over several slots accounts for each of them', async () => {
  const home = homeWith({ second: { expression: '* * * * * *' } });
  const belfry = commandOn(home);
  const { child } = await startHeadless(home);
  const count = async () => (await recordsOf(belfry, 'second')).length;
  await until('it runs', async () => (await count()) > 1);
  child.kill('SIGSTOP');
  const stopped = Date.now();
  await until('three slots have gone by', () => Date.now() > stopped + 3500);
  child.kill('SIGCONT');
  const before = await count();
  await until('it goes on', async () => (await count()) > before + 2);
  const gaps = (await recordsOf(belfry, 'second')).filter(({ gap }) => gap && gap.count > 1);
  expect(gaps).toContainEqual(
    expect.objectContaining({ status: 'skipped', reason: expect.stringContaining('Belfry was held up') }),
  );
  await wholeAndOnce(belfry, 'second', 1000);
});
