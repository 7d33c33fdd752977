import type { PostCheck, PostInput } from '../../shared/index.ts';
import type { Adapter, Http, Limits } from '../networks/index.ts';
import { askGivenAddresses } from './addresses/given.ts';
import { adviceOn } from './advice.ts';
import { examine, fitProblems, inspection } from './check.ts';
import { countsOf } from './counts.ts';
import { wordProblems } from './new-post.ts';
import type { PublisherAccount, PublisherNeeds } from './ports.ts';
import { resolveHeld } from './take-media.ts';

/** Checks a post against the live limits of its accounts; stores nothing. */
export async function checkPost(
  needs: PublisherNeeds,
  http: Http,
  adapterOf: (account: PublisherAccount) => Adapter,
  given: PostInput,
  edited?: string,
): Promise<PostCheck> {
  const { input } = await resolveHeld(needs, given);
  const signal = new AbortController().signal;
  const limitsOf = async (account: PublisherAccount): Promise<Limits | undefined> => {
    const found = await adapterOf(account).limits({
      account,
      http,
      clock: needs.clock,
      log: needs.log,
      signal,
    });
    return found.kind === 'limits' ? found.limits : undefined;
  };
  const accounts = input.accounts.flatMap((id) => needs.account(id) ?? []);
  const known = await Promise.all(
    accounts.map(async (account) => ({ account, limits: await limitsOf(account) })),
  );
  const { files, problems } = await examine(input, inspection(needs));
  const limits = known.map((one) => one.limits);
  const addresses = await askGivenAddresses(http, input, files, limits, signal);
  return {
    problems: [
      ...wordProblems(needs, input),
      ...problems,
      ...fitProblems(input, files, known, needs.settings()),
      ...addresses.wrong,
    ],
    advice: [...(await adviceOn(needs, input, files, known, edited)), ...addresses.silent],
    counts: countsOf(input, known),
  };
}
