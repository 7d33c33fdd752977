import type { PostCheck, PostInput } from '../../shared/index.ts';
import type { Limits } from '../networks/index.ts';
import { partsOf } from './check.ts';
import { limitsFor } from './limits-for.ts';
import type { PublisherAccount } from './ports.ts';

type Known = readonly { account: PublisherAccount; limits: Limits | undefined }[];

/** Length of each part of a post as each account counts it, beside what the account takes; unknown limits are left out. */
export function countsOf(input: PostInput, known: Known): NonNullable<PostCheck['counts']> {
  return known.flatMap(({ account, limits }) =>
    limits === undefined
      ? []
      : partsOf(input, new Map(), account.id)
          .filter(({ comment }) => !comment)
          .map(({ part, text, contentWarning, format }) => ({
            account: account.id,
            part,
            characters: limits.count(text, contentWarning),
            limit: limitsFor(limits, { format }).characters,
          })),
  );
}
