import type { ClockRule } from '../triggers/wall-instants.ts';

/** What a schedule does when clocks change (design §3.2). */
export const clockRuleText: Record<ClockRule | 'elapsed', string> = {
  once: 'When clocks change, a fixed time that is jumped over runs at the end of the gap, and one that comes twice runs the first time only.',
  cadence:
    'When clocks change, a time with a wildcard or step in its hours runs whenever the clock shows it: not in a gap, and twice in a repeated hour.',
  elapsed: 'An interval counts elapsed time, which clock changes do not move.',
};
