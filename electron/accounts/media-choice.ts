import {
  type Account,
  type AccountMediaInput,
  type AccountMediaView,
  networkFacts,
  type Problem,
  problemsError,
} from '../../shared/index.ts';
import type { BucketKeys } from './bucket-keys.ts';
import type { AccountsNeeds } from './ports.ts';

type ChoiceNeeds = Pick<AccountsNeeds, 'config' | 'changed'> & {
  /** Throws NOT_FOUND. */
  demand(id: string): Account;
  inTurn<T>(work: () => Promise<T>): Promise<T>;
};

/** What a person chooses for the pictures and films of an account: config.json holds it, the vault a bucket's key. */
export function createMediaChoice(needs: ChoiceNeeds, keys: BucketKeys) {
  const view = async (id: string): Promise<AccountMediaView> => ({
    id,
    media: needs.demand(id).media ?? {},
    hasBucketKey: await keys.has(needs.demand(id)),
  });
  return {
    media: view,
    setMedia: ({ id, media, key }: AccountMediaInput): Promise<AccountMediaView> =>
      needs.inTurn(async () => {
        const account = needs.demand(id);
        const problems = problemsOf(needs, account, media);
        if (problems.length > 0) throw problemsError(problems, `the choice for "${id}"`);
        // The key first: a crash in between leaves a key that nobody uses, not a bucket that nobody can open.
        if (key !== undefined) await keys.write({ id, media: media ?? account.media }, key);
        if (media !== undefined) {
          await needs.config.change((raw) => ({
            ...raw,
            accounts: (raw.accounts ?? []).map((other) => {
              if (other.id !== id) return other;
              const { media: _, ...rest } = other;
              return Object.keys(media).length === 0 ? rest : { ...rest, media };
            }),
          }));
          if (media.host?.via !== 'bucket') await keys.remove(id);
        }
        needs.changed();
        return view(id);
      }),
  };
}

/** Another account lends an address only where its network can. */
function problemsOf(needs: ChoiceNeeds, account: Account, media: AccountMediaInput['media']): Problem[] {
  if (media?.host?.via !== 'account') return [];
  const field = 'media.host.account';
  const { account: id } = media.host;
  const other = needs.config.current().accounts.find((one) => one.id === id);
  if (id === account.id) return [{ field, message: 'is this account itself' }];
  if (!other) return [{ field, message: `names an unknown account "${id}"; \`belfry accounts\` lists them` }];
  const { lendsAddresses, title } = networkFacts[other.network];
  return lendsAddresses ? [] : [{ field, message: `is an ${title} account, which lends no addresses` }];
}
