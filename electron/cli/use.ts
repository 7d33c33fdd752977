import type { Context } from './context.ts';

/** What a command does; a number is its exit code, without one it is 0. */
export type Handler<A extends unknown[]> = (context: Context, ...args: A) => Promise<number> | Promise<void>;

/** Makes a handler into what commander calls, with a context of its own that is closed afterwards. */
export type Use = <A extends unknown[]>(handler: Handler<A>) => (...args: A) => Promise<void>;
