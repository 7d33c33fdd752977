import type { Clock, Log } from '../../../shared/index.ts';
import type { RedirectWish } from '../../networks/index.ts';
import { portTaken } from './errors.ts';
import { type Outcome, openLoopback } from './loopback.ts';

/** Long enough for the browser to follow to the page that tells how it ended. */
const lingerMs = 5000;

export type Listener = { address: string; close(): void; closeSoon(): void };

/** Listens where the answer is wanted, at another port when that one is taken and may differ. Throws PORT_IN_USE. */
export async function listenFor(
  wanted: RedirectWish,
  take: (query: URLSearchParams) => Promise<Outcome | undefined>,
  { clock, log }: { clock: Clock; log: Log },
): Promise<Listener | undefined> {
  if (wanted.mode === 'code') return undefined;
  const { address, close } = await openLoopback(wanted, take, log).catch((error: unknown) => {
    if (wanted.fixed) throw portTaken(`http://${wanted.host}:${wanted.port}${wanted.path}`, error);
    return openLoopback({ ...wanted, port: 0 }, take, log).catch((again: unknown) => {
      throw portTaken('http://127.0.0.1', again);
    });
  });
  return { address, close, closeSoon: () => void clock.setTimer(lingerMs, close) };
}
