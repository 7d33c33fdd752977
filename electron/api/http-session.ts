import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock, Random } from '../../shared/index.ts';

/** A code of a printed link that nobody used is void after this. */
const codeLifeMs = 10 * 60_000;
/** Links printed and not used; the oldest goes first. */
const mostCodes = 16;

/** Who may speak through the HTTP door. */
export type Sessions = {
  /** A new code for one use. */
  mint(): string;
  /** The token for a valid code, which is used up by that; otherwise undefined. */
  redeem(code: string): string | undefined;
  accepts(token: string): boolean;
};

/** One token for the life of the door, handed out for one-time codes; both compared in constant time. */
export function createSessions(needs: { clock: Clock; random: Random }): Sessions {
  const token = needs.random.uuid();
  let codes: { code: string; until: number }[] = [];
  return {
    mint() {
      const code = needs.random.uuid();
      codes = [...codes, { code, until: needs.clock.monotonic() + codeLifeMs }].slice(-mostCodes);
      return code;
    },
    redeem(code) {
      codes = codes.filter((entry) => entry.until > needs.clock.monotonic());
      const matching = codes.filter((entry) => same(entry.code, code));
      codes = codes.filter((entry) => !matching.includes(entry));
      return matching.length > 0 ? token : undefined;
    },
    accepts: (given) => same(token, given),
  };
}

/** Digests have one length, so that neither content nor length shows in the time taken. */
function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
