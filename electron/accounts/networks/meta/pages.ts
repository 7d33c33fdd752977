import { z } from 'zod';
import { graphVersion, type Network, secretText } from '../../../../shared/index.ts';
import { credential } from '../../credential.ts';
import { askJson, type RequestNeeds } from '../../request.ts';
import type { Candidate } from '../door.ts';
import { printable } from '../words.ts';
import { askMeta, metaCode, metaRefusal } from './graph.ts';

const instagramSchema = z.object({ id: z.string().min(1), username: z.string().min(1) });
const pageSchema = z.object({
  id: z.string().min(1),
  name: z.string().catch(''),
  access_token: secretText.optional().catch(undefined),
  instagram_business_account: instagramSchema.optional().catch(undefined),
});
type Page = z.infer<typeof pageSchema>;
const listSchema = z.object({
  data: z.array(pageSchema),
  paging: z
    .object({ cursors: z.object({ after: z.string() }), next: z.string() })
    .optional()
    .catch(undefined),
});

export const pageFields = 'id,name,access_token,instagram_business_account{id,username}';
const mostPages = 20;

/** A question that the token of a person or a Page can ask. */
export type Asking = { needs: RequestNeeds; server: string; token: string; signal: AbortSignal | undefined };

/** The Pages that a person manages, or null when the token is a Page's own, which has no list (error 100). Throws as askMeta. */
export async function pagesOf({ needs, server, token, signal }: Asking): Promise<Page[] | null> {
  const pages: Page[] = [];
  const url = `${server}/${graphVersion}/me/accounts`;
  let after: string | undefined;
  for (let count = 0; count < mostPages; count += 1) {
    const query = { fields: pageFields, limit: '100', ...(after === undefined ? {} : { after }) };
    const ask = { url, query, token, signal };
    const answer = await askJson(needs, ask);
    const list = answer.status === 200 ? listSchema.safeParse(answer.json).data : undefined;
    if (list === undefined) {
      if (metaCode(answer) === 100) return null;
      throw metaRefusal(ask, answer);
    }
    pages.push(...list.data);
    after = list.paging?.cursors.after;
    if (after === undefined) break;
  }
  return pages;
}

/** One Page by its id (`me`: the Page whose token asks). Throws as askMeta. */
export async function pageBy({ needs, server, token, signal }: Asking, id: string): Promise<Page> {
  const url = `${server}/${graphVersion}/${encodeURIComponent(id)}`;
  // A Page token may not ask for itself again.
  const fields = id === 'me' ? 'id,name,instagram_business_account{id,username}' : pageFields;
  return askMeta(needs, { url, query: { fields }, token, signal }, pageSchema);
}

/** What a Page is to a network: itself, or the Instagram account linked to it; undefined when it has none. */
export function candidateOf(network: Network, page: Page, token: string, at: number): Candidate | undefined {
  // Of a long-lived sign-in a Page's token has no date of expiry (networks.md §3.7).
  const given = credential({ token: page.access_token ?? token, kind: 'facebook', obtainedAt: at });
  if (network === 'facebook') {
    const name = printable(page.name) || page.id;
    return { owner: { remoteId: page.id, username: name, handle: name }, credential: given };
  }
  const linked = page.instagram_business_account;
  if (linked === undefined) return undefined;
  const username = printable(linked.username);
  return { owner: { remoteId: linked.id, username, handle: `@${username}` }, credential: given };
}
