import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock, Random } from '../../shared/index.ts';

/** A code of a printed link that is not used is void after this. */
const codeLifeMs = 10 * 60_000;
/** Links printed and not used; the oldest goes first. */
const maxCodes = 16;
/** A window that was not open for this long needs a fresh link. */
const idleMs = 7 * 24 * 3_600_000;
/** And each window after this, however often it is used. */
const lifeMs = 30 * 24 * 3_600_000;
/** More windows than this are not open at once; the one used longest ago goes first. */
const maxSessions = 32;

/** Who may speak through the HTTP listener. */
export type Sessions = {
  /** A new code for one use. */
  mint(): string;
  /** A session's token for a valid code, which is used up by that; otherwise undefined. */
  redeem(code: string): string | undefined;
  /** Whether the token is of a session that goes on; that counts as using it. */
  accepts(token: string): boolean;
  /** Ends every session: windows need a fresh link. */
  endAll(): void;
};

type Session = { token: string; startedAt: number; usedAt: number };

/** One session per window, got with a one-time code; codes and tokens are compared in constant time. */
export function createSessions(deps: { clock: Clock; random: Random }): Sessions {
  const { clock, random } = deps;
  let sessions: Session[] = [];
  let codes: { code: string; until: number }[] = [];

  const activeSessions = () => {
    const now = clock.now();
    sessions = sessions.filter(({ startedAt, usedAt }) => now - usedAt < idleMs && now - startedAt < lifeMs);
    return sessions;
  };
  return {
    mint() {
      const code = random.uuid();
      codes = [...codes, { code, until: clock.monotonic() + codeLifeMs }].slice(-maxCodes);
      return code;
    },
    redeem(code) {
      codes = codes.filter((entry) => entry.until > clock.monotonic());
      const matching = codes.filter((entry) => same(entry.code, code));
      codes = codes.filter((entry) => !matching.includes(entry));
      if (matching.length === 0) return undefined;
      const now = clock.now();
      const session = { token: random.uuid(), startedAt: now, usedAt: now };
      sessions = [...activeSessions().sort((a, b) => a.usedAt - b.usedAt), session].slice(-maxSessions);
      return session.token;
    },
    accepts(token) {
      const found = activeSessions().filter((session) => same(session.token, token));
      for (const session of found) session.usedAt = clock.now();
      return found.length > 0;
    },
    endAll() {
      sessions = [];
    },
  };
}

/** Digests have one length, so that neither content nor length shows in the time taken. */
function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
