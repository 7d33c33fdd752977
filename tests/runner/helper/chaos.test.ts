import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { seededRandom } from '../../support/random.ts';
import { endOf, openStarter, ready } from './support.ts';

const rounds = 15;
const atOnce = 20;
const lines = ['true', 'echo one', 'sleep 0.02; echo two', 'exit 3', 'yes three | head -n 20000'];

test('killed at any instant, the helper leaves no command behind whose end is unnoticed', async () => {
  const seed = Date.now();
  console.log('seed:', seed);
  const random = seededRandom(seed);
  const { starter, helpers, clock } = openStarter();
  const seen = { ended: 0, lost: 0, unknown: 0 };

  const one = async (line: string) => {
    const child = await starter.start(ready(line));
    if (child === 'lost') seen.unknown += 1;
    else {
      const { exit, stdout } = await endOf(child);
      if (exit === 'lost') seen.lost += 1;
      else seen.ended += 1;
      // The output of a command is complete, also when its end goes unnoticed.
      expect(stdout).toBe({ 'echo one': 'one\n', 'sleep 0.02; echo two': 'two\n' }[line] ?? stdout);
    }
  };
  for (let round = 0; round < rounds; round += 1) {
    const work = Array.from({ length: atOnce }, (_, at) => one(lines[at % lines.length] ?? ''));
    await wait(random.next() * 200);
    for (const pid of helpers()) process.kill(pid, 'SIGKILL');
    await Promise.all(work);
    // The pause before the next helper is over.
    await clock.advance(300_000);
  }
  console.log(seen);
  expect(seen.ended + seen.lost + seen.unknown).toBe(rounds * atOnce);
  await expect.poll(helpers).toEqual([]);
});
