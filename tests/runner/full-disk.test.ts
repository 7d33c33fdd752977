import { expect, test } from 'vitest';
import { BelfryError } from '../../shared/index.ts';
import { jobOf, openRunner } from './support.ts';

const full = new BelfryError({
  code: 'DATABASE_UNUSABLE',
  what: 'The database cannot be used',
  where: 'at belfry.db',
  why: 'The disk is full',
  remedy: 'Check the disk',
});

type Opened = Awaited<ReturnType<typeof openRunner>>;

/** Lets the disk be full for the next call of one write, and for none after it. */
function failOnce(ledger: Opened['ledger'], name: 'begin' | 'changeStep' | 'finish'): void {
  const { [name]: write } = ledger;
  Object.assign(ledger, {
    [name]: async () => {
      Object.assign(ledger, { [name]: write });
      throw full;
    },
  });
}

test.each(['begin', 'finish'] as const)('a run outlives a disk that is full at its %s', async (moment) => {
  const job = jobOf(['echo ran >> runs'], { retryInterrupted: true });
  const said: string[] = [];
  const belfry = await openRunner([job], { log: (_, message) => said.push(message) });
  failOnce(belfry.ledger, moment);
  const run = await belfry.run();
  expect(run).toMatchObject({ status: 'success', reason: null, steps: [{ status: 'success', exitCode: 0 }] });
  expect(await belfry.reader.get(run.id)).toEqual(run);
  expect(belfry.finished).toEqual([run]);
  expect(belfry.runner.running()).toEqual([]);
  expect(said).toEqual([`Run ${run.id} waits to be stored`]);
});

test('a disk that stays full does not keep Belfry from ending', async () => {
  const belfry = await openRunner([jobOf(['true'])]);
  Object.assign(belfry.ledger, { finish: () => Promise.reject(full) });
  await belfry.runner.runNow('job');
  await expect.poll(() => belfry.runner.running()).toHaveLength(1);
  await belfry.runner.stop({ drainMs: 100 });
  expect(belfry.runner.running()).toEqual([]);
});
