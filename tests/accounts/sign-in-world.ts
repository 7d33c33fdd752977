import { createConnection } from 'node:net';
import { onTestFinished } from 'vitest';
import type { AccountsDeps } from '../../electron/accounts/deps.ts';
import { type BelfryError, type SignInView, signInInputSchema } from '../../shared/index.ts';
import { type ModelName, startFakeNetwork } from '../support/fake-networks/index.ts';
import { temporaryHome } from '../support/home.ts';
import { openAccounts } from './world.ts';

export const refusal = (work: Promise<unknown>): Promise<BelfryError> =>
  work.then(
    () => {
      throw new Error('was not refused');
    },
    (error: BelfryError) => error,
  );

/** Sends bytes to a port of this machine, and gives the first line of what comes back. */
export function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(port, '127.0.0.1', () => socket.write(text));
    socket.once('data', (answer) => {
      resolve(answer.toString().split('\r\n')[0] ?? '');
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

/** The accounts module and a fake server of the Mastodon family, on one clock. */
export async function world(
  model: ModelName = 'mastodon-4.5',
  home = temporaryHome(),
  options: Partial<AccountsDeps> = {},
) {
  const world = await openAccounts(home, options);
  const network = await startFakeNetwork(model, { now: world.clock.now });
  onTestFinished(network.close);
  const kind = model === 'pixelfed' ? 'pixelfed' : 'mastodon';
  const begin = (some: Partial<Parameters<typeof signInInputSchema.parse>[0] & object> = {}) =>
    world.accounts.signIn(signInInputSchema.parse({ network: kind, server: network.address, ...some }));
  const state = (view: SignInView) => world.accounts.signInState(view.session);
  return { ...world, home, network, begin, state };
}

export const query = (view: { url: string }) => new URL(view.url).searchParams;
