import {
  type Bridge,
  type CallInput,
  type CallName,
  type CallOutput,
  type Envelope,
  toWireError,
} from '../../shared/index.ts';

/** A call to the engine with the types of the contract; failures are envelopes, nothing is thrown. */
export async function ask<N extends CallName>(
  engine: Bridge,
  name: N,
  input: CallInput<N>,
): Promise<Envelope<CallOutput<N>>> {
  // The dispatcher checks every answer against the contract before it leaves the engine.
  return (await engine.call(name, input)) as Envelope<CallOutput<N>>;
}

/** The engine for a window that is opened while it starts: calls wait for the start and then are made. */
export function afterStart(engine: Bridge, started: Promise<void>): Bridge {
  return {
    subscribe: engine.subscribe,
    async call(name, input) {
      try {
        await started;
      } catch (error) {
        return { ok: false, error: toWireError(error) };
      }
      return engine.call(name, input);
    },
  };
}
