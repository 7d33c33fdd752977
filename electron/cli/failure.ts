import { toWireError, type WireError } from '../../shared/index.ts';

/** An error that the engine answered with: its text is whole already. */
export class Failure extends Error {
  readonly wire: WireError;

  constructor(wire: WireError) {
    super(wire.message);
    this.name = 'Failure';
    this.wire = wire;
  }
}

/** Anything that a command threw, as what `--json` shows and the exit code is made from. */
export function wireOf(thrown: unknown): WireError {
  return thrown instanceof Failure ? thrown.wire : toWireError(thrown);
}
