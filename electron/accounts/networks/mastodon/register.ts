import { z } from 'zod';
import type { BelfryError } from '../../../../shared/index.ts';
import type { App } from '../../apps.ts';
import { type Answer, askJson, type RequestNeeds } from '../../request.ts';
import { refused, unusable, whyRefused } from './refusal.ts';

/** The redirect that shows the code on a page of the server. */
export const outOfBand = 'urn:ietf:wg:oauth:2.0:oob';

const appSchema = z.object({ client_id: z.string().min(1), client_secret: z.string().min(1) });

/**
 * Registers Belfry on a server (networks.md §1.1), for the listener's address and for codes that are pasted.
 * Some servers take one of the two only, so each alone is tried as well. Throws NETWORK_REFUSED, NETWORK_UNREACHABLE.
 */
export async function registerApp(
  needs: RequestNeeds,
  server: string,
  scopes: string,
  listening: string | null,
  signal: AbortSignal,
): Promise<App> {
  // Without a listener the browser ends at an address that nothing answers, and the person copies the code from it.
  const loopback = listening ?? 'http://127.0.0.1/cb';
  const alone = listening === null ? [[outOfBand], [loopback]] : [[loopback], [outOfBand]];
  let last: Answer | undefined;
  for (const redirectUris of [[loopback, outOfBand], ...alone]) {
    last = await askJson(needs, {
      url: `${server}/api/v1/apps`,
      // One string with line breaks: the form that every server understands.
      form: { client_name: 'Belfry', redirect_uris: redirectUris.join('\n'), scopes },
      signal,
    });
    const app = last.status === 200 || last.status === 201 ? appSchema.safeParse(last.json) : undefined;
    if (app?.success) {
      const { client_id: id, client_secret: secret } = app.data;
      return { origin: server, id, secret, redirectUris, scopes };
    }
    if (last.status !== 400 && last.status !== 422) break;
  }
  throw refusal(server, last ?? { status: 0, json: undefined, location: null });
}

function refusal(server: string, answer: Answer): BelfryError {
  if (answer.status >= 300 && answer.status < 400) return unusable(server, answer, []);
  if (answer.status === 429 || answer.status >= 500) return unusable(server, answer, []);
  const why = `${whyRefused(answer, [])} when Belfry wanted to register there`;
  const remedy =
    'Check the address, or make an access token on the server and add the account with it (belfry accounts add)';
  return refused('NETWORK_REFUSED', 'The server offers no sign-in to applications', server, why, remedy);
}
