import { type Millis, type Problem, pathOf } from '../../../shared/index.ts';

/** A stretch of time, `to` not included. */
export type Span = { from: Millis; to: Millis };

/** What befalls the machine. */
export type World = {
  /** The computer sleeps. */
  sleep: readonly Span[];
  /** Belfry does not run. */
  off: readonly Span[];
  /** The machine's clock is set by so many seconds, forward or back. */
  clock: readonly { at: Millis; seconds: number }[];
};

/** A change of the machine's state. */
export type Change =
  | { at: Millis; kind: 'start' | 'stop' | 'sleep' | 'wake' }
  | { at: Millis; kind: 'clock'; seconds: number };

/** What is wrong with the times of a simulation. */
export function checkWorld({ from, to, sleep, off, clock }: World & Span): Problem[] {
  const problems: Problem[] = [];
  if (!(from < to)) problems.push({ field: 'to', message: 'must be after "from"' });
  for (const [name, spans] of Object.entries({ sleep, off })) {
    spans.forEach((span, index) => {
      const field = pathOf([name, index]);
      if (!(span.from < span.to)) problems.push({ field, message: 'must end after it begins' });
      else if (span.to <= from || span.from >= to)
        problems.push({ field, message: 'lies outside the time that is simulated' });
    });
  }
  clock.forEach(({ at, seconds }, index) => {
    const field = pathOf(['clock', index]);
    if (at < from || at >= to) problems.push({ field, message: 'lies outside the time that is simulated' });
    if (seconds === 0 || !Number.isFinite(seconds))
      problems.push({ field, message: 'must set the clock by at least a second, forward or back' });
  });
  return problems;
}

/** The changes in order of time. */
export function changesOf({ from, to, sleep, off, clock }: World & Span): Change[] {
  const changes: Change[] = [
    ...absences(sleep, off).flatMap(({ from: begin, to: end, down }): Change[] => [
      { at: begin, kind: down ? 'stop' : 'sleep' },
      { at: end, kind: down ? 'start' : 'wake' },
    ]),
    ...clock.map(({ at, seconds }): Change => ({ at, kind: 'clock', seconds })),
  ];
  return changes
    .map((change) => ({ ...change, at: Math.max(change.at, from) }))
    .filter(({ at }) => at <= to)
    .sort((a, b) => a.at - b.at);
}

/** Spans in order, those that touch made one; with a downtime in it the whole is one, for who is off cannot wake. */
function absences(sleep: readonly Span[], off: readonly Span[]): (Span & { down: boolean })[] {
  const all = [
    ...sleep.map((span) => ({ ...span, down: false })),
    ...off.map((span) => ({ ...span, down: true })),
  ].sort((a, b) => a.from - b.from);
  const merged: (Span & { down: boolean })[] = [];
  for (const span of all) {
    const last = merged.at(-1);
    if (!last || span.from > last.to) merged.push(span);
    else {
      last.to = Math.max(last.to, span.to);
      last.down ||= span.down;
    }
  }
  return merged;
}
