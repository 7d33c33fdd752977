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

/** A time of day on the wall: `09:00` or `09:00:30`. */
export const wallTimeSchema = z
  .string()
  .regex(
    /^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?$/,
    'must be a time of day from 00:00 to 23:59:59, such as 09:00',
  );

/** A day of the calendar: `2026-11-22`. */
export const daySchema = z.iso.date('must be a day that exists, such as 2026-11-22');

/** Environment variables: names as POSIX allows them, values without NUL. */
export const envSchema = z.record(
  z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be a name of letters, digits and _, not starting with a digit'),
  z.string().refine(hasNoNul, 'must not contain a NUL character'),
);

/** One argument of a command. */
export const argumentSchema = z.string().refine(hasNoNul, 'must not contain a NUL character');

/** How many of something there are; `more`: there are more, which were not counted. */
export const countSchema = z.strictObject({ count: z.int(), more: z.boolean() });
export type Count = z.output<typeof countSchema>;

/** Instant to wire form: UTC with milliseconds. */
export function toInstant(at: Millis): string {
  return new Date(at).toISOString();
}

/** Wire form to instant. */
export function fromInstant(text: string): Millis {
  return Date.parse(text);
}

/** Zones that were found to exist: there are some six hundred, and asking costs more than the rest of a schema. */
const knownZones = new Set<string>();

function isTimezone(name: string): boolean {
  if (knownZones.has(name)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    knownZones.add(name);
    return true;
  } catch {
    return false; // Intl has no other way to ask whether a zone exists.
  }
}

function hasNoNul(text: string): boolean {
  return !text.includes('\0');
}
