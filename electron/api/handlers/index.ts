import type { Handlers } from '../dispatch.ts';
import type { ApiNeeds } from '../ports.ts';
import { jobHandlers } from './jobs.ts';
import { createKnownSites } from './known-sites.ts';
import { planHandlers } from './plans.ts';
import { postHandlers } from './posts.ts';
import { recordHandlers } from './records.ts';
import { settingsHandlers } from './settings.ts';
import { signInHandlers } from './sign-in.ts';
import { statusHandlers } from './status.ts';

/** A handler for every call of the contract; the compiler refuses a missing one. */
export function createHandlers(needs: ApiNeeds): Handlers {
  const sites = createKnownSites(needs.accounts);
  return {
    ...statusHandlers(needs, sites),
    ...jobHandlers(needs),
    ...recordHandlers(needs),
    ...postHandlers(needs),
    ...planHandlers(needs),
    ...signInHandlers(needs, sites),
    ...settingsHandlers(needs),
  };
}
