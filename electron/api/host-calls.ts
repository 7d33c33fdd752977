import { type Bridge, toWireError } from '../../shared/index.ts';

/** Answers to what only the command line may ask, over the local socket, and only some hosts know. */
export type HostAnswers = {
  /** A fresh link to the window in a browser, or null when this host has its own window. */
  'host.link': { url: string | null };
  /** Where the window is, without the code that opens it. */
  'host.address': { url: string | null };
  /** Ends the sessions of all windows in browsers. */
  'host.endSessions': Record<string, never>;
  /** The PATH that commands of jobs get. */
  'host.path': { path: string };
};
export type HostCalls = { [N in keyof HostAnswers]: () => Promise<HostAnswers[N]> };

/** The bridge with the host's own calls put before it; a call that the host lacks is unknown as any other. */
export function withHostCalls(bridge: Bridge, calls: Partial<HostCalls>): Bridge {
  return {
    subscribe: (listener) => bridge.subscribe(listener),
    async call(name, input) {
      const answer = Object.hasOwn(calls, name) ? calls[name as keyof HostCalls] : undefined;
      if (!answer) return await bridge.call(name, input);
      try {
        return { ok: true, value: await answer() };
      } catch (error) {
        return { ok: false, error: toWireError(error) };
      }
    },
  };
}
