import type { ErrorCode, Problem, WireError } from '../../shared/index.ts';

/** A failed call: the envelope's error, thrown. */
export class CallError extends Error {
  readonly code: ErrorCode;
  readonly field: string | undefined;
  readonly details: readonly Problem[];

  constructor(wire: WireError) {
    super(wire.message);
    this.name = 'CallError';
    this.code = wire.code;
    this.field = wire.field;
    this.details = wire.details ?? [];
  }
}

/** Anything that was thrown, as a CallError; a mistake of the window itself becomes INTERNAL with its text kept. */
export function toCallError(thrown: unknown): CallError {
  if (thrown instanceof CallError) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return new CallError({
    code: 'INTERNAL',
    message: `INTERNAL: Something unexpected went wrong, in the window. ${text} Please report this.`,
  });
}
