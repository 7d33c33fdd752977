import type { PostInput, Problem } from '../../../shared/index.ts';
import type { Http, Limits } from '../../networks/index.ts';
import { checkAddress } from './check-address.ts';
import { wantsAddress } from './wants.ts';

type Facts = { mime: string; bytes: number };

/**
 * Asks for the addresses that a post gives, where one of its networks fetches the file: `wrong` is what keeps it from
 * going out, `silent` what could not be reached from here now.
 */
export async function askGivenAddresses(
  http: Http,
  input: PostInput,
  files: ReadonlyMap<string, Facts>,
  limits: readonly (Limits | undefined)[],
  signal: AbortSignal,
): Promise<{ wrong: Problem[]; silent: Problem[] }> {
  const lists = [input.media, ...input.thread.map(({ media }) => media)];
  const wanted = lists.flatMap((list, part) =>
    list.flatMap(({ path, url }, index) => {
      const facts = files.get(path);
      const isFetched = facts && limits.some((one) => one !== undefined && wantsAddress(one, facts));
      const field = `${part === 0 ? '' : `thread[${part - 1}].`}media[${index}].url`;
      return url !== undefined && facts && isFetched ? [{ field, url, ...facts }] : [];
    }),
  );
  const found = await Promise.all(
    wanted.map(async ({ field, url, mime, bytes }) => ({
      field,
      refusal: await checkAddress(http, { url, mime, bytes }, signal),
    })),
  );
  const as = (isSilent: boolean): Problem[] =>
    found.flatMap(({ field, refusal }) =>
      refusal !== null && (refusal.code === 'NETWORK_UNREACHABLE') === isSilent
        ? [
            {
              field,
              message: `does not work: ${refusal.why}${isSilent ? '; Belfry asks again before it sends' : ''}`,
            },
          ]
        : [],
    );
  return { wrong: as(false), silent: as(true) };
}
