import { z } from 'zod';
import { BelfryError, graphVersion, type Login } from '../../../shared/index.ts';
import { type Answer, type Ask, askJson, type RequestDeps, saidBy } from '../request.ts';

/** Where a log-in of Meta's lives: its Graph, the page for the browser, and where a code becomes a token. */
export type Places = { graph: string; dialog: string; token: string };

const real: Record<Login, Places> = {
  facebook: {
    graph: 'https://graph.facebook.com',
    dialog: `https://www.facebook.com/${graphVersion}/dialog/oauth`,
    token: `https://graph.facebook.com/${graphVersion}/oauth/access_token`,
  },
  instagram: {
    graph: 'https://graph.instagram.com',
    dialog: 'https://www.instagram.com/oauth/authorize',
    token: 'https://api.instagram.com/oauth/access_token',
  },
};

/** The addresses for a server: Meta's own, or all of them at the given origin. */
export function placesOf(login: Login, server: string): Places {
  if (server === real[login].graph) return real[login];
  return {
    graph: server,
    dialog: login === 'facebook' ? `${server}/${graphVersion}/dialog/oauth` : `${server}/oauth/authorize`,
    token:
      login === 'facebook' ? `${server}/${graphVersion}/oauth/access_token` : `${server}/oauth/access_token`,
  };
}

/** The Graph's error object, and the flat one of api.instagram.com. */
const errorSchema = z.union([
  z.object({
    error: z.object({
      message: z.string().catch(''),
      code: z.number().optional().catch(undefined),
      error_subcode: z.number().optional().catch(undefined),
      is_transient: z.boolean().optional().catch(undefined),
      error_user_msg: z.string().optional().catch(undefined),
    }),
  }),
  z.object({ error_type: z.string(), code: z.number(), error_message: z.string() }),
]);

/** Code of an error answer; undefined when there is none. */
export function metaCode(answer: Answer): number | undefined {
  const body = errorSchema.safeParse(answer.json).data;
  if (body === undefined) return undefined;
  return 'error' in body ? body.error.code : undefined;
}

/**
 * Asks Meta for something of the form `schema`. Throws SIGN_IN_NEEDED when the token (or the code) is refused,
 * NETWORK_REFUSED for everything else that is no answer, NETWORK_UNREACHABLE.
 */
export async function askMeta<T>(deps: RequestDeps, ask: Ask, schema: z.ZodType<T>): Promise<T> {
  const answer = await askJson(deps, ask);
  const value = answer.status === 200 ? schema.safeParse(answer.json) : undefined;
  if (value?.success) return value.data;
  throw metaRefusal(ask, answer);
}

/** What a refusal of Meta means (networks.md §3.5): by codes, never by texts, which are translated. */
export function metaRefusal(ask: Ask, answer: Answer): BelfryError {
  const where = new URL(ask.url).origin;
  const body = errorSchema.safeParse(answer.json).data;
  const said =
    body === undefined
      ? ''
      : 'error' in body
        ? (body.error.error_user_msg ?? body.error.message)
        : body.error_message;
  const why = said
    ? `It said "${saidBy(said, secretsOf(ask))}" (HTTP ${answer.status}${codesOf(body)})`
    : `It answered HTTP ${answer.status}`;
  if (isOwners(answer, body)) {
    const remedy = 'Sign in again';
    return new BelfryError({ code: 'SIGN_IN_NEEDED', what: 'Meta refuses the sign-in', where, why, remedy });
  }
  const busy = answer.status === 429 || answer.status >= 500 || isBusy(body);
  return new BelfryError({
    code: 'NETWORK_REFUSED',
    what: busy ? 'Meta cannot answer now' : 'Meta refuses the request',
    where,
    why,
    remedy: busy
      ? 'Try again in some minutes'
      : 'Check the app at Meta, its permissions and its redirect URI',
  });
}

type Body = z.infer<typeof errorSchema> | undefined;

/** Only the owner can help: the token (102, 190), a permission (10, 200–299), a spent or wrong code (100 with its subcodes). */
function isOwners(answer: Answer, body: Body): boolean {
  if (body === undefined) return answer.status === 401;
  if (!('error' in body)) return answer.status === 400 || answer.status === 401;
  const { code, error_subcode: subcode } = body.error;
  if (code === undefined) return answer.status === 401;
  const spentCode = code === 100 && (subcode === 36007 || subcode === 36008 || subcode === 36009);
  return code === 102 || code === 190 || code === 10 || (code >= 200 && code <= 299) || spentCode;
}

function isBusy(body: Body): boolean {
  if (body === undefined || !('error' in body)) return false;
  const { code = 0, is_transient: transient } = body.error;
  return transient === true || [1, 2, 4, 17, 32, 341, 613, 80001, 80002].includes(code);
}

function codesOf(body: Body): string {
  if (body === undefined || !('error' in body) || body.error.code === undefined) return '';
  const subcode = body.error.error_subcode;
  return `, code ${body.error.code}${subcode === undefined ? '' : `/${subcode}`}`;
}

/** What was sent and must not come back in a text. */
function secretsOf({ token, query = {}, form = {} }: Ask): string[] {
  const names = ['client_secret', 'access_token', 'fb_exchange_token', 'input_token', 'code'];
  return [token ?? '', ...names.flatMap((name) => [query[name] ?? '', form[name] ?? ''])];
}
