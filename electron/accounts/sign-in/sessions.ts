import type { SignInView } from '../../../shared/index.ts';
import { signInMinutes, unknownSession } from './errors.ts';
import { openSession, type Session, type SessionNeeds, type SignInRequest } from './session.ts';

const lifeMs = signInMinutes * 60_000;
/** More at once is nobody's wish; the oldest goes. */
const mostSessions = 20;

/** Sign-ins on their way; they live in memory, and end with the engine. */
export type SignIns = {
  begin(request: SignInRequest): Promise<SignInView>;
  /** These throw NOT_FOUND for a sign-in that is over and gone. */
  state(session: string): SignInView;
  finish(session: string, text: string): Promise<SignInView>;
  choose(session: string, remoteIds: readonly string[]): Promise<SignInView>;
  cancel(session: string): void;
  /** Ends all; their listeners close. */
  stop(): void;
};

export function createSignIns(needs: SessionNeeds): SignIns {
  const sessions = new Map<string, Session>();
  const find = (id: string): Session => {
    const session = sessions.get(id);
    if (!session) throw unknownSession();
    return session;
  };
  const drop = (session: Session) => {
    session.end(null);
    sessions.delete(session.id);
  };
  const tidy = () => {
    const now = needs.clock.now();
    // How one ended can be asked for as long again as it could last.
    for (const session of sessions.values()) if (now > session.endsAt + lifeMs) drop(session);
    const [oldest] = sessions.values();
    if (oldest && sessions.size >= mostSessions) drop(oldest);
  };
  return {
    async begin(request) {
      tidy();
      const session = await openSession(needs, request, lifeMs);
      sessions.set(session.id, session);
      return session.view();
    },
    state: (id) => find(id).view(),
    finish: (id, text) => find(id).bring(text),
    choose: (id, remoteIds) => find(id).choose(remoteIds),
    cancel: (id) => drop(find(id)),
    stop() {
      for (const session of sessions.values()) drop(session);
    },
  };
}
