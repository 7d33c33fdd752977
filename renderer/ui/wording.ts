import type {
  AccountStatus,
  Millis,
  RunCause,
  RunStatus,
  RunView,
  StepStatus,
  TargetStatus,
} from '../../shared/index.ts';
import { errorCodes, fromInstant } from '../../shared/index.ts';
import { span } from './time.ts';

/** How a status looks: `ok` green, `bad` red, `warn` amber, `busy` blue, `idle` grey. */
export type Tone = 'ok' | 'bad' | 'warn' | 'busy' | 'idle';
export type Word = { readonly text: string; readonly tone: Tone };

export const runWords: Record<RunStatus, Word> = {
  queued: { text: 'Waiting', tone: 'idle' },
  running: { text: 'Running', tone: 'busy' },
  success: { text: 'Succeeded', tone: 'ok' },
  failed: { text: 'Failed', tone: 'bad' },
  'timed-out': { text: 'Timed out', tone: 'bad' },
  cancelled: { text: 'Cancelled', tone: 'idle' },
  interrupted: { text: 'Interrupted', tone: 'warn' },
  skipped: { text: 'Skipped', tone: 'idle' },
  missed: { text: 'Missed', tone: 'warn' },
};

export const stepWords: Record<StepStatus, Word> = {
  pending: { text: 'Not started', tone: 'idle' },
  running: runWords.running,
  success: runWords.success,
  failed: runWords.failed,
  'timed-out': runWords['timed-out'],
  cancelled: runWords.cancelled,
  interrupted: runWords.interrupted,
  skipped: runWords.skipped,
};

export const targetWords: Record<TargetStatus, Word> = {
  draft: { text: 'Draft', tone: 'idle' },
  queued: { text: 'Scheduled', tone: 'busy' },
  sending: { text: 'Sending', tone: 'busy' },
  published: { text: 'Published', tone: 'ok' },
  failed: { text: 'Failed', tone: 'bad' },
  unconfirmed: { text: 'Unconfirmed', tone: 'warn' },
  missed: { text: 'Missed', tone: 'warn' },
  cancelled: { text: 'Cancelled', tone: 'idle' },
};

export const accountWords: Record<AccountStatus, Word> = {
  ready: { text: 'Ready', tone: 'ok' },
  'sign-in-needed': { text: 'Sign-in needed', tone: 'bad' },
  moved: { text: 'Server has moved', tone: 'bad' },
  locked: { text: 'Locked', tone: 'warn' },
  unknown: { text: 'Not checked yet', tone: 'idle' },
};

export const causeWords: Record<RunCause, string> = {
  schedule: 'On schedule',
  'catch-up': 'Catch-up',
  manual: 'By hand',
  event: 'Event',
  retry: 'Retry',
};

/** `1 job`, `2 jobs`, with thousands set apart. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-GB')} ${count === 1 ? one : many}`;
}

/** An error for people: the text without the code in front of it. */
export function explain(error: { message: string }): string {
  return withoutCode(error.message);
}

/** A text that may begin with an error code, for people: without it. */
export function withoutCode(text: string): string {
  const code = errorCodes.find((known) => text.startsWith(`${known}: `));
  return code ? text.slice(code.length + 2) : text;
}

/** What a gap record stands for: `12 slots missed, Today 02:00–08:00`, with `mark` after the times. */
export function gapText(
  run: Pick<RunView, 'status' | 'gap'>,
  zone: string,
  now: Millis,
  mark: (at: Millis) => string = () => '',
): string | undefined {
  if (!run.gap) return undefined;
  const { count, first, last } = run.gap;
  const when = span(fromInstant(first), fromInstant(last), zone, now);
  return `${plural(count, 'slot')} ${runWords[run.status].text.toLowerCase()}, ${when}${mark(fromInstant(last))}`;
}

/** A size in bytes: `640 B`, `12 kB`, `3.4 MB`. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  if (count < 1_000_000) return `${Math.round(count / 1000)} kB`;
  return `${(count / 1_000_000).toFixed(1)} MB`;
}
