import { styleText } from 'node:util';

export type Paint = (style: 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan', text: string) => string;

/** Colours, or none (NO_COLOR, a pipe). */
export function painter(color: boolean): Paint {
  // The decision is the caller's, so the style must not look at the terminal once more.
  return color ? (style, text) => styleText(style, text, { validateStream: false }) : (_style, text) => text;
}

/** A status in the colour of how much it wants to be seen. */
export function paintStatus(paint: Paint, status: string): string {
  if (['failed', 'timed-out', 'unconfirmed', 'sign-in-needed', 'moved', 'locked'].includes(status))
    return paint('red', status);
  if (['missed', 'interrupted', 'skipped', 'cancelled', 'paused'].includes(status))
    return paint('yellow', status);
  if (['running', 'sending'].includes(status)) return paint('cyan', status);
  if (['success', 'published', 'ready'].includes(status)) return paint('green', status);
  return status;
}
