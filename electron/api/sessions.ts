import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Clock, Log, Random } from '../../shared/index.ts';

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
/** How exactly it is kept over a restart when a session was used last. */
const keptEveryMs = 3_600_000;

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

/** Keeps sessions over a restart of the engine. */
export type SessionFile = {
  /** The text that was written last; null when there is none. */
  read(): Promise<string | null>;
  write(text: string): Promise<void>;
};

/** `digest`: SHA-256 of the token in base64, so that the file opens nothing to those who read it. */
const keptSchema = z.strictObject({
  sessions: z
    .array(z.strictObject({ digest: z.base64().length(44), startedAt: z.int(), usedAt: z.int() }))
    .max(maxSessions),
});
type Session = z.infer<typeof keptSchema>['sessions'][number];

type SessionDeps = { clock: Clock; random: Random; log: Log; sessionFile: SessionFile };

/** One session per window, got with a one-time code; codes and tokens are compared in constant time. */
export async function openSessions({ clock, random, log, sessionFile }: SessionDeps): Promise<Sessions> {
  let sessions = await readKept(sessionFile, log);
  let codes: { code: string; until: number }[] = [];
  let writing = Promise.resolve();

  const activeSessions = () => {
    const now = clock.now();
    sessions = sessions.filter(({ startedAt, usedAt }) => now - usedAt < idleMs && now - startedAt < lifeMs);
    return sessions;
  };
  const keep = () => {
    const text = JSON.stringify({ sessions });
    writing = writing
      .then(() => sessionFile.write(text))
      .catch((error: unknown) =>
        log('warn', 'The sessions of windows could not be kept: after a restart they need a fresh link', {
          error: String(error),
        }),
      );
  };
  return {
    mint() {
      const code = random.uuid();
      codes = [...codes, { code, until: clock.monotonic() + codeLifeMs }].slice(-maxCodes);
      return code;
    },
    redeem(code) {
      codes = codes.filter((entry) => entry.until > clock.monotonic());
      const matching = codes.filter((entry) => same(digestOf(entry.code), digestOf(code)));
      codes = codes.filter((entry) => !matching.includes(entry));
      if (matching.length === 0) return undefined;
      const now = clock.now();
      const token = random.uuid();
      const session = { digest: digestOf(token).toString('base64'), startedAt: now, usedAt: now };
      sessions = [...activeSessions().sort((a, b) => a.usedAt - b.usedAt), session].slice(-maxSessions);
      keep();
      return token;
    },
    accepts(token) {
      const digest = digestOf(token);
      const now = clock.now();
      const found = activeSessions().filter((session) => same(Buffer.from(session.digest, 'base64'), digest));
      const long = found.some(({ usedAt }) => now - usedAt >= keptEveryMs);
      for (const session of found) session.usedAt = now;
      if (long) keep();
      return found.length > 0;
    },
    endAll() {
      sessions = [];
      keep();
    },
  };
}

/** A file that cannot be read ends sessions, never the engine. */
async function readKept(file: SessionFile, log: Log): Promise<Session[]> {
  try {
    const text = await file.read();
    return text === null ? [] : keptSchema.parse(JSON.parse(text)).sessions;
  } catch (error) {
    log('warn', 'The kept sessions of windows could not be read: each window needs a fresh link', {
      error: String(error),
    });
    return [];
  }
}

/** Digests have one length, so that neither content nor length shows in the time taken. */
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function same(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
