import { memory, serve } from './engine.ts';
import { belfry } from './terminal.ts';

export const step = { type: 'command', name: 'Say', command: ['echo', 'hi'] };

export const news = { id: 'news', name: 'News', steps: [step] };

export const trends = { id: 'trends', name: 'Trends', steps: [step] };

/** A running engine, and its command line. */
export async function running() {
  const kept = memory();
  const served = await serve(kept.handlers, {
    'host.link': async () => ({ url: 'http://127.0.0.1:1/#code=c' }),
    'host.address': async () => ({ url: 'http://127.0.0.1:1' }),
  });
  const run = (args: string[], input: string | Uint8Array = '') =>
    belfry(['--home', served.home, ...args], { input, folder: served.home });
  return { ...kept, ...served, run };
}
