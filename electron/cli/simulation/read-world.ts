import {
  check,
  fromInstant,
  instantSchema,
  type Millis,
  type Problem,
  problemsError,
} from '../../../shared/index.ts';
import type { SimulationInput } from '../../scheduler/index.ts';

/** The stretch of time and what befalls the machine in it, as they stand on the command line. */
export type WorldOptions = { from: string; to: string; sleep: string[]; off: string[]; clock: string[] };

type World = Pick<SimulationInput, 'from' | 'to' | 'sleep' | 'off' | 'clock'>;

/** Nobody sets a clock further; and beyond, instants stop to be dates. */
const mostSeconds = 100 * 366 * 86_400;

/** Reads the options of a simulation; throws BAD_INPUT with every mistake in them. */
export function readWorld(options: WorldOptions): World {
  const problems: Problem[] = [];
  const instant = (text: string, field: string): Millis => {
    const result = check(instantSchema, text);
    if (result.ok) return fromInstant(result.value);
    const [first] = result.problems;
    problems.push({ field, message: `"${text}" ${first?.message}` });
    return Number.NaN;
  };
  const span = (field: string) => (text: string, index: number) => {
    const [from, to, ...more] = text.split('/');
    if (from !== undefined && to !== undefined && more.length === 0)
      return { from: instant(from, `${field}[${index}]`), to: instant(to, `${field}[${index}]`) };
    problems.push({
      field: `${field}[${index}]`,
      message: `"${text}" must be FROM/TO, such as 2026-11-22T23:00:00Z/2026-11-23T07:00:00Z`,
    });
    return { from: Number.NaN, to: Number.NaN };
  };
  const step = (text: string, index: number) => {
    const parts = /^(.+)=([+-]?\d+)$/.exec(text);
    const seconds = Number(parts?.[2]);
    if (parts && Math.abs(seconds) <= mostSeconds)
      return { at: instant(parts[1] ?? '', `clock[${index}]`), seconds };
    problems.push({
      field: `clock[${index}]`,
      message: `"${text}" must be AT=SECONDS, such as 2026-11-22T12:00:00Z=-3600`,
    });
    return { at: Number.NaN, seconds: Number.NaN };
  };

  const world = {
    from: instant(options.from, 'from'),
    to: instant(options.to, 'to'),
    sleep: options.sleep.map(span('sleep')),
    off: options.off.map(span('off')),
    clock: options.clock.map(step),
  };
  if (problems.length > 0) throw problemsError(problems, 'the options');
  return world;
}
