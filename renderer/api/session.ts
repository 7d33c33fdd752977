import { z } from 'zod';
import { envelopeSchema, web } from '../../shared/index.ts';

const key = 'belfry.token';
const replySchema = z.object({ token: z.string().min(1) });

/** Where the token of this browser tab lives. */
export type Session = {
  token(): string | null;
  /** Trades the link's one-time code for a token; does nothing when there is no code. Rejects when there is no answer. */
  enter(): Promise<void>;
  leave(): void;
  /** Another link was opened in this tab: its code is traded the next time. */
  use(code: string): void;
};

type Deps = {
  fetch: typeof fetch;
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  /** The one-time code of the printed link, taken out of the address before anything else can see it. */
  code: string | null;
};

/** The right to talk to the engine over HTTP: a token in sessionStorage, never in a cookie or the address. */
export function createSession(deps: Deps): Session {
  let code = deps.code;
  return {
    token: () => deps.storage.getItem(key),
    async enter() {
      if (code === null) return;
      const response = await deps.fetch(web.paths.session, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ code }),
      });
      code = null;
      const reply = envelopeSchema.safeParse(await response.json().catch(() => null));
      const value = reply.success && reply.data.ok ? replySchema.safeParse(reply.data.value) : undefined;
      // A code that was used up (a reload, a restored tab) leaves an older token in force.
      if (value?.success) deps.storage.setItem(key, value.data.token);
    },
    leave: () => deps.storage.removeItem(key),
    use(given) {
      code = given;
    },
  };
}

/** The code of a printed link's fragment (`#code=…`), or null. */
export function codeOf(hash: string): string | null {
  return new URLSearchParams(hash.slice(1)).get(web.codeParameter);
}

/** Takes `#code=…` out of the address and returns the code, or null. */
export function takeCode(place: { hash: string; replace(hash: string): void }): string | null {
  const code = codeOf(place.hash);
  if (code === null) return null;
  place.replace('#/');
  return code;
}
