import {
  type Announcement,
  type Envelope,
  readAnnouncements,
  type Send,
  sendCall,
  web,
} from '../../shared/index.ts';
import { reconnectDelay } from './back-off.ts';
import { createEmitter } from './emitter.ts';
import type { Link, LinkState, Wait } from './link.ts';
import type { Session } from './session.ts';

type Deps = {
  fetch: typeof fetch;
  session: Session;
  wait: Wait;
  /** Hears of what listeners throw. */
  report?: (error: unknown) => void;
};

/** The engine over loopback HTTP: JSON calls, and one long answer that carries the announcements. */
export function httpLink({ fetch, session, wait, report }: Deps): Link {
  const announcements = createEmitter<Announcement>(report);
  const states = createEmitter<void>(report);
  const send = sendBy(fetch);
  let state: LinkState = 'connecting';
  let failures = 0;
  let cancelWait = () => {};
  let listening = false;

  const become = (next: LinkState) => {
    if (state === next) return;
    state = next;
    states.emit();
  };
  const signOut = () => {
    session.leave();
    become('signed-out');
  };

  // Calls of the first instant wait for the token instead of failing.
  let entered: Promise<void> = session.enter();
  entered.catch(() => {});

  async function call(name: string, input: unknown): Promise<Envelope<unknown>> {
    try {
      await entered;
      const token = session.token();
      if (token === null) {
        signOut();
        return failure('NOT_ALLOWED');
      }
      const { status, envelope } = await sendCall(send, name, input, { [web.tokenHeader]: token });
      if (!envelope) return failure('INTERNAL');
      if (status === 401) signOut();
      return envelope;
    } catch {
      // The event stream notices the loss too, and says when the engine is back.
      return failure('NOT_RUNNING');
    }
  }

  async function follow(): Promise<void> {
    cancelWait();
    if (listening) return;
    listening = true;
    try {
      await entered;
      const token = session.token();
      if (token === null) return signOut();
      const silence = new AbortController();
      const response = await send({
        method: 'GET',
        path: web.paths.events,
        headers: { [web.tokenHeader]: token },
        signal: silence.signal,
      });
      if (response.status === 401) return signOut();
      if (response.status !== 200) throw new Error(`status ${response.status}`);
      failures = 0;
      become('open');
      const heard = watchdog(wait, () => silence.abort());
      await readAnnouncements(response, { heard, announce: announcements.emit });
      throw new Error('the stream ended');
    } catch {
      failures += 1;
      become('lost');
      cancelWait = wait(reconnectDelay(failures), reconnect);
    } finally {
      listening = false;
    }
  }

  function reconnect(): void {
    entered = session.enter();
    entered.catch(() => {});
    void follow();
  }

  void follow();
  return {
    host: 'browser',
    call,
    media: {
      direct: false,
      async headers() {
        await entered;
        const token = session.token();
        if (token === null) signOut();
        return token === null ? null : { [web.tokenHeader]: token };
      },
      refused: signOut,
      pathOf: () => null,
    },
    subscribe: announcements.add,
    state: () => state,
    watch: states.add,
    retry: reconnect,
  };
}

/** Calls `bite` when the returned function was not called for three heartbeats. */
function watchdog(wait: Wait, bite: () => void): () => void {
  let cancel = () => {};
  const heard = () => {
    cancel();
    cancel = wait(3 * web.heartbeatMs, bite);
  };
  heard();
  return heard;
}

function sendBy(fetch: typeof globalThis.fetch): Send {
  return async ({ path, ...init }) => {
    const response = await fetch(path, init);
    return { status: response.status, read: (take) => readAll(response.body, take) };
  };
}

async function readAll(
  body: ReadableStream<Uint8Array> | null,
  take: (chunk: Uint8Array) => void,
): Promise<void> {
  const reader = body?.getReader();
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) take(read.value);
}

const failures = {
  NOT_ALLOWED:
    'NOT_ALLOWED: This window is not signed in, at the engine. Its link was used up or the engine was restarted. Print a new one with `belfry link`.',
  NOT_RUNNING:
    'NOT_RUNNING: Belfry does not answer, at this address. It was stopped or is restarting. Start it again; this window reconnects by itself.',
  INTERNAL:
    'INTERNAL: The answer could not be understood, from the engine. Something else may listen at this address. Open a new link.',
} as const;

function failure(code: keyof typeof failures): Envelope<never> {
  return { ok: false, error: { code, message: failures[code] } };
}
