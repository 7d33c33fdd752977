import type { Adapter } from './adapter.ts';
import type { SignInProvider } from './sign-in.ts';

/**
 * One network, with its name, its icon's, and what clients offer for it in shared/networks.ts. A new one is a file here, a
 * line in registry.ts and a row there; nothing else asks which network it has before it.
 */
export type NetworkDescriptor = {
  /** By the ids of shared/networks.ts. Each also says when its tokens are renewed. */
  signIns: Readonly<Record<string, SignInProvider>>;
  /**
   * Publishing. The adapter's limits say which fields of a post the network takes and how it counts, `neverSent` which it
   * has nothing like, `lookUpGap` what a look-up cannot see; `send` what was certainly not sent (`refused`) and what nobody
   * knows (`unknown`).
   */
  createAdapter(): Adapter;
};
