import { z } from 'zod';

/** Every error code that Belfry can show: a closed list, so that clients decide by code and never by text. */
export const errorCodes = [
  'BAD_INPUT', // a value given by a user or a program does not fit its schema
  'BAD_CONFIG', // config.json has mistakes or cannot be read; the last good version, if there is one, stays in force
  'NOT_FOUND', // a job, run, post, account, template or file does not exist
  'ALREADY_EXISTS', // an id is taken
  'CONFLICT', // the thing is in a state that does not allow this
  'ALREADY_RUNNING', // another engine owns the home folder
  'NOT_RUNNING', // no engine answers for the home folder
  'STOPPING', // the engine is about to end
  'HOME_UNUSABLE', // the home folder cannot be created, read or written
  'DATABASE_UNUSABLE', // belfry.db cannot be opened, is damaged, or SQLite is too old
  'PORT_IN_USE', // the loopback port is taken
  'VAULT_UNAVAILABLE', // secrets cannot be stored or read on this machine
  'SIGN_IN_NEEDED', // the network refuses the account's token
  'NEEDS_PERSON', // only the user can decide (an unconfirmed post, a restored database)
  'COMMAND_NOT_FOUND', // a step's program does not exist or may not be executed
  'FOLDER_NOT_FOUND', // a step's or workspace's folder does not exist
  'NETWORK_REFUSED', // a server answered and said no
  'NETWORK_UNREACHABLE', // a server could not be reached or did not answer in time
  'NOT_ALLOWED', // the caller has no right to this (wrong token, wrong origin)
  'TOO_LARGE', // a body, file or text is over its limit
  'INTERNAL', // a mistake of ours
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** One mistake in a larger input: `field` is a path such as `jobs[2].triggers[0].hours`. */
export const problemSchema = z.strictObject({ field: z.string(), message: z.string() });
export type Problem = z.infer<typeof problemSchema>;

/** An error on the wire: what an envelope, `--json` and the window carry. */
export const wireErrorSchema = z.strictObject({
  code: z.enum(errorCodes),
  message: z.string(),
  field: z.string().optional(),
  details: z.array(problemSchema).optional(),
});
export type WireError = z.infer<typeof wireErrorSchema>;

/** The four parts of every error text, `CODE: what, where. Why. What to do.` */
export type ErrorParts = {
  code: ErrorCode;
  /** What is wrong, without a full stop: `Unknown job "nwes"`. */
  what: string;
  /** Where: a file, field, command or address. */
  where: string;
  /** Why it is wrong, one sentence without a full stop. */
  why: string;
  /** What to do about it, one sentence without a full stop. */
  remedy: string;
  field?: string;
  details?: Problem[];
  cause?: unknown;
};

/** The one error class of Belfry; its message always reads `CODE: what, where. Why. What to do.` */
export class BelfryError extends Error {
  readonly code: ErrorCode;
  readonly field: string | undefined;
  readonly details: Problem[] | undefined;

  constructor(parts: ErrorParts) {
    super(
      `${parts.code}: ${parts.what}, ${parts.where}. ${sentence(parts.why)} ${sentence(parts.remedy)}`,
      parts.cause === undefined ? undefined : { cause: parts.cause },
    );
    this.name = 'BelfryError';
    this.code = parts.code;
    this.field = parts.field;
    this.details = parts.details;
  }

  /** The error as plain data for an envelope. */
  toWire(): WireError {
    return {
      code: this.code,
      message: this.message,
      ...(this.field === undefined ? {} : { field: this.field }),
      ...(this.details === undefined ? {} : { details: this.details }),
    };
  }
}

/** Turns anything that was thrown into a wire error; what is not ours becomes INTERNAL, with its text kept. */
export function toWireError(thrown: unknown): WireError {
  if (thrown instanceof BelfryError) return thrown.toWire();
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return {
    code: 'INTERNAL',
    message: `INTERNAL: Something unexpected went wrong, in Belfry. ${sentence(text)} Please report this with the log.`,
  };
}

/** Exit codes of the `belfry` command (design §6). */
export const exitCodes = {
  done: 0,
  failed: 1,
  badInput: 2,
  alreadyRunning: 3,
  notRunning: 4,
  notFound: 5,
  unusable: 6,
  needsAttention: 7,
} as const;

const exitByCode: Partial<Record<ErrorCode, number>> = {
  BAD_INPUT: exitCodes.badInput,
  BAD_CONFIG: exitCodes.badInput,
  ALREADY_EXISTS: exitCodes.badInput,
  TOO_LARGE: exitCodes.badInput,
  ALREADY_RUNNING: exitCodes.alreadyRunning,
  NOT_RUNNING: exitCodes.notRunning,
  NOT_FOUND: exitCodes.notFound,
  HOME_UNUSABLE: exitCodes.unusable,
  DATABASE_UNUSABLE: exitCodes.unusable,
  NEEDS_PERSON: exitCodes.needsAttention,
  SIGN_IN_NEEDED: exitCodes.needsAttention,
};

/** The process exit code for an error code; 1 for every code without a place of its own. */
export function exitCodeOf(code: ErrorCode): number {
  return exitByCode[code] ?? exitCodes.failed;
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
