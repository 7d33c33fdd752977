// A whole network in one file, copied to electron/networks/toy.ts by tests/toy-network.test.ts. Its server knows
// `GET /me`, `GET /posts` and `POST /posts`, and for the browser `GET /authorize` and `POST /token` (RFC 6749, RFC 7636).
import { calculatePKCECodeChallenge, generateRandomCodeVerifier } from 'oauth4webapi';
import { z } from 'zod';
import type { Adapter, NetworkDescriptor, Refusal, Session } from '../../electron/networks/adapter.ts';
import { askJson, type HttpDeps, type HttpResult, spentUntil } from '../../electron/networks/http.ts';
import { anyFile, type Limits } from '../../electron/networks/limits.ts';
import { credential, type Owner, type SignInProvider } from '../../electron/networks/sign-in.ts';
import { BelfryError } from '../../shared/index.ts';

const ownerSchema = z.object({ id: z.string(), name: z.string() });
const grantSchema = z.object({ access_token: z.string() });
const postSchema = z.object({ id: z.string(), text: z.string() });
const postsSchema = z.array(postSchema);

async function ownerOf(deps: HttpDeps, server: string, token: string): Promise<Owner> {
  const answer = await askJson(deps, { url: `${server}/me`, token });
  const owner = answer.status === 200 ? ownerSchema.safeParse(answer.json).data : undefined;
  if (owner) return { remoteId: owner.id, username: owner.name, handle: `@${owner.name}` };
  throw new BelfryError({
    code: answer.status === 401 ? 'SIGN_IN_NEEDED' : 'NETWORK_REFUSED',
    what: 'The server does not take the token',
    where: server,
    why: `It answered ${answer.status}`,
    remedy: 'Sign in again',
  });
}

const signIn: SignInProvider = {
  kind: 'toy',
  async open(deps, { server }, token) {
    return [{ owner: await ownerOf(deps, server, token), credential: credential({ token, kind: 'toy' }) }];
  },
  owner: (deps, { server }, { token }) => ownerOf(deps, server, token),
  rights: async () => undefined,
  wanted: () => ({ mode: 'loopback', host: '127.0.0.1', port: 0, fixed: false, path: '/toy' }),
  async begin(deps, { server, state, listening }) {
    const verifier = generateRandomCodeVerifier();
    const query = {
      redirect_uri: listening ?? '',
      state,
      code_challenge: await calculatePKCECodeChallenge(verifier),
    };
    return {
      url: `${server}/authorize?${new URLSearchParams(query)}`,
      mode: 'loopback',
      app: { origin: server, id: '', secret: '', redirectUris: [listening ?? ''], scopes: '' },
      async exchange(code, signal) {
        const form = { code, code_verifier: verifier };
        const { json } = await askJson(deps, { url: `${server}/token`, form, signal });
        const { access_token: token } = grantSchema.parse(json);
        const owner = await ownerOf(deps, server, token);
        return [{ owner, credential: credential({ token, kind: 'toy' }) }];
      },
    };
  },
};

const limits: Limits = {
  ...anyFile,
  characters: 20,
  media: 0,
  altCharacters: null,
  mimeTypes: [],
  formats: {},
  fetches: 'nothing',
  textOnly: true,
  thread: false,
  comments: false,
  polls: null,
  visibilities: ['public'],
  warningCharacters: null,
  hashtags: null,
  mentions: null,
  count: (text) => text.length,
  countOption: (option) => option.length,
  countAlt: (alt) => alt.length,
};

const adapter: Adapter = {
  unsupportedFields: [],
  lookUpGap: () => null,
  knownLimits: () => limits,
  limits: async () => ({ kind: 'limits', limits }),
  async prepare(session) {
    const posts = await postsOf(session);
    return 'refusal' in posts
      ? { kind: 'refused', refusal: posts.refusal }
      : { kind: 'ready', newestSeen: posts.list[0]?.id ?? null };
  },
  async send({ http, account, token }, { text }) {
    const result = await http({
      method: 'POST',
      url: `${account.server}/posts`,
      token,
      body: { json: { text } },
    });
    const post = postSchema.safeParse(result.kind === 'answer' ? result.json : undefined).data;
    if (post) return { kind: 'published', remote: { remoteId: post.id, url: null } };
    return result.kind === 'none' && result.sent === 'maybe'
      ? { kind: 'unknown', why: result.why }
      : { kind: 'refused', refusal: refusalOf(result) };
  },
  async lookUp(session, { text }, { newestSeen }) {
    const posts = await postsOf(session);
    if ('refusal' in posts) return { kind: 'unreadable', refusal: posts.refusal };
    const marker = posts.list.findIndex(({ id }) => id === newestSeen);
    const newer = marker < 0 ? posts.list : posts.list.slice(0, marker);
    const matches = newer.filter((post) => post.text === text).map(({ id }) => ({ remoteId: id, url: null }));
    return { kind: 'seen', matches, unclear: [], complete: true, exists: 'unknown' };
  },
  repeatRule: async () => ({ lookups: 1, key: 'same', safeForMs: 0 }),
  restUntil: spentUntil,
};

async function postsOf({ http, account, token }: Session) {
  const result = await http({ method: 'GET', url: `${account.server}/posts`, token });
  const list = postsSchema.safeParse(result.kind === 'answer' ? result.json : undefined).data;
  return list ? { list } : { refusal: refusalOf(result) };
}

function refusalOf(result: HttpResult): Refusal {
  const isRefused = result.kind === 'answer' && result.status === 401;
  const why = result.kind === 'answer' ? `The server answered ${result.status}` : result.why;
  return isRefused
    ? { class: 'reauthorize', code: 'SIGN_IN_NEEDED', why, notBefore: null }
    : { class: 'retry', code: 'NETWORK_UNREACHABLE', why, notBefore: null };
}

export const toy: NetworkDescriptor = { signIns: { toy: signIn }, createAdapter: () => adapter };
