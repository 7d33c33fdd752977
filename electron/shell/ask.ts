import type { Bridge, CallInput, CallName, CallOutput, Envelope } from '../../shared/index.ts';

/** A call to the engine with the types of the contract; failures are envelopes, nothing is thrown. */
export async function ask<N extends CallName>(
  engine: Bridge,
  name: N,
  input: CallInput<N>,
): Promise<Envelope<CallOutput<N>>> {
  // The dispatcher checks every answer against the contract before it leaves the engine.
  return (await engine.call(name, input)) as Envelope<CallOutput<N>>;
}
