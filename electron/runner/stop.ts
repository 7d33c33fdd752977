import { type Clock, setTimer } from '../../shared/index.ts';
import type { StopReason } from './flow.ts';

/** The brake of one run. */
export type Stop = {
  /** Why the run is to end, the first reason given; null while it is not. */
  reason(): StopReason | null;
  /** In words. */
  why(): string | null;
  /** Belfry itself ends: no clean-up either. */
  closing(): boolean;
  /** Stops the step at work; asked again it stops the clean-up that may be at work since. */
  request(reason: StopReason, why: string): void;
  /** Runs one step with a signal that aborts, its reason a StopReason, on a request or after `timeoutMs`. */
  step<T>(timeoutMs: number | null, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
};

/** A brake that nobody has pulled yet. */
export function createStop(clock: Clock): Stop {
  let reason: StopReason | null = null;
  let why: string | null = null;
  let closing = false;
  let current: AbortController | undefined;
  return {
    reason: () => reason,
    why: () => why,
    closing: () => closing,
    request(next, text) {
      reason ??= next;
      why ??= text;
      closing ||= next === 'interrupted';
      current?.abort(next);
    },
    async step(timeoutMs, work) {
      const controller = new AbortController();
      current = controller;
      const cancel =
        timeoutMs === null ? undefined : setTimer(clock, timeoutMs, () => controller.abort('timed-out'));
      try {
        return await work(controller.signal);
      } finally {
        cancel?.();
        current = undefined;
      }
    },
  };
}
