import type { Io } from '../../electron/cli/context.ts';
import { main } from '../../electron/cli/main.ts';
import { handClock } from '../support/clock.ts';

export type Result = { code: number; out: string; err: string };

/** Runs one command line in this process on a terminal that remembers; `json` parses standard output. */
export async function belfry(
  args: readonly string[],
  some: Partial<Io> & { input?: string | Uint8Array } = {},
): Promise<Result> {
  const { input = '', ...overrides } = some;
  const bytes = typeof input === 'string' ? Buffer.from(input) : input;
  const written = { out: '', err: '' };
  const io: Io = {
    out(text) {
      written.out += text;
    },
    taken: async () => {},
    err(text) {
      written.err += text;
    },
    readInput: async () => bytes,
    readSecret: async () => (Buffer.from(bytes).toString().split('\n')[0] ?? '').trim(),
    interactive: false,
    ask: async () => '',
    columns: undefined,
    color: false,
    env: {},
    folder: '/',
    clock: handClock('2026-11-22T09:00:00Z'),
    timezone: 'UTC',
    systemZone: 'UTC',
    onInterrupt: () => () => {},
    outliveReader: () => {},
    ...overrides,
  };
  const code = await main(args, io);
  return { code, ...written };
}

/** The JSON document on standard output; throws when there is anything besides. */
export function json(result: Result): unknown {
  return JSON.parse(result.out);
}
