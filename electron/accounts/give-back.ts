import type { Account, Log } from '../../shared/index.ts';
import { type Credential, type HttpDeps, providerOf } from '../networks/index.ts';

/** Makes the token of a removed account worthless on its server; being off line only leaves a token that nobody has. */
export async function giveBack(
  needs: HttpDeps & { log: Log },
  account: Account,
  credential: Credential & { origin: string },
): Promise<void> {
  try {
    await providerOf(credential.kind).revoke?.(needs, credential.origin, credential);
  } catch (error) {
    needs.log('info', `The token of ${account.id} could not be given back`, { error: String(error) });
  }
}
