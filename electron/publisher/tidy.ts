import type { Millis } from '../../shared/index.ts';
import type { Http } from '../networks/index.ts';
import { tidyBuckets } from './addresses/tidy-buckets.ts';
import { sweep } from './media/sweep.ts';
import type { PublisherNeeds } from './ports.ts';

const day = 24 * 3_600_000;

/** Removes files that nobody needs any more, here and in people's buckets. */
export type Tidying = {
  /** Once at the start: what is here only; what goes wrong is logged. */
  start(): Promise<void>;
  /** Once a day, beside other work; what goes wrong is logged. */
  daily(): Promise<void> | undefined;
  stop(): void;
};

export function createTidying(needs: PublisherNeeds, http: Http): Tidying {
  const ends = new AbortController();
  let last: Millis | undefined;
  /** A restored database does not know what came after its copy: until a person has seen to it, nothing is unneeded. */
  const isCertain = async () => !(await needs.publishingPaused());
  const logged = (work: () => Promise<void>) =>
    work().catch((error: unknown) =>
      needs.log('error', 'Old files could not be tidied away', { error: String(error) }),
    );
  const tidy = async () => {
    if (!(await isCertain())) return;
    await sweep(needs);
    await tidyBuckets(needs, http, ends.signal);
  };
  return {
    start: () =>
      logged(async () => {
        if (await isCertain()) await sweep(needs);
      }),
    daily() {
      const now = needs.clock.now();
      // The first look is an hour after the start at the earliest: a start has enough to do.
      last ??= now - day + 3_600_000;
      if (now >= last && now - last < day) return undefined;
      last = now;
      return logged(tidy);
    },
    stop: () => ends.abort(),
  };
}
