import { join } from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';
import { temporaryHome } from '../support/home.ts';
import { jobOf, openRunner, processesWith, sh } from './support.ts';

const reason =
  'Step "work" was cut off: The process of Belfry that starts commands ended without warning, and the command was ended.';

/** Kills the helper of the runner at this home, which must be the only one. */
function killHelper(home: string): void {
  const helpers = processesWith(join(home, 'helper-'));
  expect(helpers).toHaveLength(1);
  process.kill(helpers[0] ?? 0, 'SIGKILL');
}

/** Sleeps twice, once in a session of its own. */
const asleep = (mark: string) =>
  `echo before; (setsid sleep ${mark} >/dev/null 2>&1 &); sleep ${mark}; echo after`;

test('its runs are interrupted, with their output, and nothing of them is left; others go on', async () => {
  const home = temporaryHome();
  const belfry = await openRunner(
    [
      jobOf(
        [
          {
            type: 'command',
            name: 'work',
            command: sh(asleep('304.1')),
            retry: { attempts: 3, delaySeconds: 0, factor: 1 },
          },
          'echo never',
          { type: 'command', name: 'clean up', command: sh('echo cleaned'), when: 'failure' },
        ],
        { retry: { attempts: 3, delaySeconds: 0, factor: 1 } },
      ),
      jobOf(['echo next'], { id: 'next' }),
    ],
    {},
    home,
  );
  const { id } = await belfry.runner.runNow('job');
  await expect.poll(() => processesWith('sleep\x00304.1').length).toBe(2);
  await expect.poll(() => belfry.output(id)).toEqual(['before']);
  killHelper(home);
  // One that begins while the helper is gone may be cut off with it; the next helper takes the others.
  await expect
    .poll(() => belfry.run('next').catch(String))
    .toEqual(expect.objectContaining({ status: 'success' }));

  const run = await belfry.end(id);
  expect(run).toMatchObject({ status: 'interrupted', reason });
  expect(run.steps.map(({ status }) => status)).toEqual(['interrupted', 'skipped', 'success']);
  expect((await belfry.output(id)).filter((line) => !line.startsWith('Ended '))).toEqual([
    'before',
    'Read until the step was stopped: 1 line (7 bytes) of standard output, which is all of it.',
    'cleaned',
  ]);
  expect(processesWith('304.1')).toEqual([]);
  // Neither the step nor the run was repeated, since it is unknown what it had done.
  expect(belfry.finished.filter(({ jobId }) => jobId === 'job')).toHaveLength(1);
  expect((await belfry.reader.open()).length).toBe(0);
});

test('a job may ask to be repeated after that', async () => {
  const home = temporaryHome();
  const work = {
    type: 'command' as const,
    name: 'work',
    command: sh('test $BELFRY_ATTEMPT = 2 || sleep 304.2'),
  };
  const belfry = await openRunner([jobOf([work], { retryInterrupted: true })], {}, home);
  await belfry.runner.runNow('job');
  await expect.poll(() => processesWith('sleep\x00304.2').length).toBe(1);
  killHelper(home);
  await expect.poll(() => belfry.finished.length).toBe(1);
  expect(belfry.finished[0]).toMatchObject({ status: 'success', cause: 'retry', attempt: 2 });
});

test('a run that was being stopped is what it was stopped for', async () => {
  const home = temporaryHome();
  const belfry = await openRunner([jobOf([asleep('304.3')])], {}, home);
  const { id } = await belfry.runner.runNow('job');
  await expect.poll(() => processesWith('sleep\x00304.3').length).toBe(2);
  const cancelled = belfry.runner.cancel(id);
  killHelper(home);
  expect(await cancelled).toMatchObject({ status: 'cancelled' });
  expect(processesWith('304.3')).toEqual([]);
});

test('one that hangs holds up no step past its time, and what it starts later is ended', async () => {
  const home = temporaryHome();
  const work = { type: 'command' as const, name: 'work', command: sh('sleep 304.4'), timeoutSeconds: 1 };
  const belfry = await openRunner([jobOf([work]), jobOf(['true'], { id: 'first' })], {}, home);
  await belfry.run('first');
  const [helper = 0] = processesWith(join(home, 'helper-'));
  process.kill(helper, 'SIGSTOP');
  const run = await belfry.run('job');
  expect(run.status).toBe('timed-out');
  process.kill(helper, 'SIGCONT');
  // The helper works off its orders in turn: once this one is done, the other has been begun.
  await belfry.run('first');
  await expect.poll(() => processesWith('304.4')).toEqual([]);
});
