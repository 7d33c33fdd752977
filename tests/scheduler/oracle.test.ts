import { describe, expect, test } from 'vitest';
import type { Instants } from '../../electron/scheduler/triggers/instants.ts';
import { triggerInstants } from '../../electron/scheduler/triggers/trigger-instants.ts';
import type { Random } from '../../shared/index.ts';
import { seededRandom } from '../support/random.ts';
import { cronGenerator, type Sample } from './cron-generator.ts';
import { bruteForce, walkZone } from './oracle.ts';
import { cron } from './world.ts';

/**
 * Random expressions against a walk over every minute. `BELFRY_FULL=1` compares all 15 years of 200 expressions in each
 * zone (some minutes); otherwise 60 are compared, over one of four years each. `BELFRY_SEED=n` replays a failure.
 */
const full = process.env['BELFRY_FULL'] === '1';
const seed = Number(process.env['BELFRY_SEED'] ?? 20_261_122);
const expressions = full ? 200 : 60;
const zones: [string, number][] = [
  ['America/New_York', 2018],
  ['Europe/Berlin', 2018],
  ['Australia/Lord_Howe', 2010],
  ['Pacific/Apia', 2009],
  ['Africa/Casablanca', 2008],
  ['Africa/Cairo', 2010],
  ['America/Sao_Paulo', 2005],
  ['Asia/Kathmandu', 1984],
  ['Asia/Gaza', 2005],
  ['Antarctica/Troll', 2004],
  ['Europe/London', 2026],
  ['Asia/Pyongyang', 2014],
];
const years = full ? 15 : 4;

describe.each(zones)('%s from %i', (timezone, firstYear) => {
  test(`${expressions} random expressions fire as a walk over every minute says (seed ${seed})`, {
    timeout: 900_000,
  }, () => {
    const random = seededRandom(seed + firstYear + timezone.length);
    const next = cronGenerator(random);
    const wall = walkZone(timezone, firstYear, firstYear + years - 1);
    for (let index = 0; index < expressions; index += 1) {
      const sample = next();
      const instants = triggerInstants(cron(sample.expression), { timezone, anchor: 0 });
      const [from, to] = span(random, firstYear);
      compare(sample, instants, bruteForce(sample, wall, from, to), { from, to, random });
    }
  });
});

function span(random: Random, firstYear: number): [number, number] {
  if (full) return [Date.UTC(firstYear, 0, 1), Date.UTC(firstYear + years, 0, 1)];
  const year = firstYear + Math.floor(random.next() * years);
  return [Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1)];
}

function compare(
  { expression }: Sample,
  instants: Instants,
  expected: readonly number[],
  { from, to, random }: { from: number; to: number; random: Random },
): void {
  const iso = (list: readonly number[]) => list.map((at) => new Date(at).toISOString());
  const found = instants.between(from - 1, to - 1);
  const wrong = found.findIndex((at, index) => at !== expected[index]);
  if (wrong >= 0 || found.length !== expected.length) {
    const around = Math.max(0, (wrong < 0 ? Math.min(found.length, expected.length) : wrong) - 2);
    expect(iso(found.slice(around, around + 6)), `"${expression}" (seed ${seed})`).toEqual(
      iso(expected.slice(around, around + 6)),
    );
  }
  expect(instants.count(from - 1, to - 1), `count of "${expression}" (seed ${seed})`).toBe(expected.length);
  // Stepping from any instant, on or off a slot, gives the next one.
  for (let tries = 0; tries < 20; tries += 1) {
    const after = from + Math.floor(random.next() * (to - from));
    const wanted = expected.find((at) => at > after);
    if (wanted !== undefined) expect(instants.next(after), `"${expression}" after ${after}`).toBe(wanted);
  }
}
