import { z } from 'zod';

/** Milliseconds since 1970-01-01 UTC: the only form of an instant inside the engine. */
export type Millis = number;

/** An instant on disk and wire: ISO 8601 with an offset or `Z`, e.g. `2026-11-22T09:00:00Z`. */
export const instantSchema = z.iso
  .datetime({
    offset: true,
    error: 'must be an ISO 8601 instant with an offset, such as 2026-11-22T09:00:00Z',
  })
  .refine((text) => Number.isFinite(Date.parse(text)), 'is not a date that exists');

/** Ids of jobs, workspaces and accounts (design §3.1). */
export const idSchema = z
  .string()
  .max(64, 'must have at most 64 characters')
  .regex(/^[a-z0-9][a-z0-9_-]*$/, 'must match [a-z0-9][a-z0-9_-]* (lower-case letters, digits, _ and -)');

/** An IANA time zone that this machine knows. */
export const timezoneSchema = z
  .string()
  .refine(isTimezone, 'is not a time zone that this machine knows; use a name such as Europe/Berlin or UTC');

/** Environment variables: names as POSIX allows them, values without NUL. */
export const envSchema = z.record(
  z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be a name of letters, digits and _, not starting with a digit'),
  z.string().refine(hasNoNul, 'must not contain a NUL character'),
);

/** One argument of a command. */
export const argumentSchema = z.string().refine(hasNoNul, 'must not contain a NUL character');

/** Instant to wire form: UTC with milliseconds. */
export function toInstant(at: Millis): string {
  return new Date(at).toISOString();
}

/** Wire form to instant. */
export function fromInstant(text: string): Millis {
  return Date.parse(text);
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false; // Intl has no other way to ask whether a zone exists.
  }
}

function hasNoNul(text: string): boolean {
  return !text.includes('\0');
}
