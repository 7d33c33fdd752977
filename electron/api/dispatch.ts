import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import {
  BelfryError,
  type Bridge,
  type CallName,
  type CallOutput,
  contract,
  type Envelope,
  type HandlerInput,
  inSteps,
  type Log,
  nearest,
  parse,
  problemsOf,
  toWireError,
} from '../../shared/index.ts';
import { accountHandlers, createKnownSites } from './handlers/accounts.ts';
import type { ApiDeps, Handlers } from './handlers/deps.ts';
import { engineHandlers, settingsHandlers } from './handlers/engine.ts';
import { jobHandlers, runHandlers } from './handlers/jobs.ts';
import { planHandlers, postHandlers } from './handlers/posts.ts';

/** A handler for every call of the contract; the compiler refuses a missing one. */
export function createHandlers(deps: ApiDeps): Handlers {
  const sites = createKnownSites(deps.accounts);
  return {
    ...engineHandlers(deps, sites),
    ...jobHandlers(deps),
    ...runHandlers(deps),
    ...postHandlers(deps),
    ...planHandlers(deps),
    ...accountHandlers(deps, sites),
    ...settingsHandlers(deps),
  };
}

/** The calls, checked on the way in and on the way out. */
export type Api = { call(name: string, input: unknown): Promise<Envelope<unknown>> };

/** The one way into the engine for every client: validate, handle, validate. `call` never rejects. */
export function createApi(deps: { handlers: Handlers; log: Log }): Api {
  const { handlers, log } = deps;

  const answer = async <N extends CallName>(name: N, input: unknown): Promise<CallOutput<N>> => {
    const checked = parse(contract[name].in, input ?? {}, `the call ${name}`);
    const output: unknown = await handlers[name](checked as HandlerInput<N>);
    const check = <T>(schema: z.ZodType<T>, value: unknown): T => {
      const result = schema.safeParse(value);
      if (result.success) return result.data;
      throw new Error(`The answer to ${name} breaks the contract: ${fieldsOf(problemsOf(result.error))}`);
    };
    const schema: z.ZodType = contract[name].out;
    const answer =
      schema instanceof z.ZodArray && Array.isArray(output)
        ? await inSteps(output, nextTurn, (some) => check(schema, some))
        : check(schema, output);
    return answer as CallOutput<N>;
  };

  return {
    async call(name, input) {
      try {
        if (!isCallName(name)) throw unknownCall(name);
        return { ok: true, value: await answer(name, input) };
      } catch (error) {
        const wire = toWireError(error);
        if (wire.code === 'INTERNAL') log('error', wire.message, { call: name, stack: stackOf(error) });
        return { ok: false, error: wire };
      }
    },
  };
}

function isCallName(name: unknown): name is CallName {
  return typeof name === 'string' && Object.hasOwn(contract, name);
}

function unknownCall(name: unknown): BelfryError {
  const shown = typeof name === 'string' ? name.slice(0, 100) : typeof name;
  const guess = nearest(shown, Object.keys(contract));
  return new BelfryError({
    code: 'BAD_INPUT',
    what: `Unknown call "${shown}"`,
    where: 'in the call to the engine',
    why: guess ? `There is a call "${guess}"` : 'No call has this name',
    remedy: guess ? 'Correct the name and try again' : 'Use a client of the same version as the engine',
    field: 'name',
  });
}

/** Names of fields only: the values may be what must not leave the engine. */
function fieldsOf(problems: { field: string; message: string }[]): string {
  return problems.map((problem) => `${problem.field || '(whole answer)'} ${problem.message}`).join('; ');
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}

/** Answers to calls that only the command line may make, over the local socket, and that only some hosts can answer. */
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

/** The bridge with the host's own calls put before it; a call that the host lacks is answered as unknown. */
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
