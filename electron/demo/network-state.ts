import type { Clock, Random } from '../../shared/index.ts';

/** A picture that was uploaded; `status` is the post it hangs on. */
export type DemoMedia = { id: string; bytes: Uint8Array; type: string; alt: string; status: string | null };
export type DemoStatus = {
  id: string;
  text: string;
  warning: string;
  visibility: string;
  sensitive: boolean;
  /** Its answers; null for a post without a poll. */
  poll: readonly string[] | null;
  at: number;
  replyTo: string | null;
  media: readonly string[];
};

/** What the demonstration's network remembers; gone when it ends. */
export type DemoState = {
  media: Map<string, DemoMedia>;
  /** Oldest first. */
  statuses: DemoStatus[];
  /** Whether a post was made under this idempotency key. */
  knows(key: string | null): boolean;
  upload(file: { bytes: Uint8Array; type: string; alt: string }): DemoMedia;
  /** The same idempotency key gives the same post again, as Mastodon does for an hour. */
  publish(post: Omit<DemoStatus, 'id' | 'at'>, key: string | null): DemoStatus;
};

/** A demonstration that is left running must not fill the memory: older posts and their pictures are forgotten. */
const kept = 200;

/** An empty network. */
export function createDemoState({ clock, random }: { clock: Clock; random: Random }): DemoState {
  const media = new Map<string, DemoMedia>();
  const statuses: DemoStatus[] = [];
  const byKey = new Map<string, DemoStatus>();
  let last = 0;
  const forgetOldest = () => {
    for (const old of statuses.splice(0, statuses.length - kept)) {
      for (const id of old.media) media.delete(id);
      for (const [key, status] of byKey) if (status === old) byKey.delete(key);
    }
  };
  return {
    media,
    statuses,
    knows: (key) => key !== null && byKey.has(key),
    upload(file) {
      const made = { id: random.id(), status: null, ...file };
      media.set(made.id, made);
      return made;
    },
    publish(post, key) {
      const before = key === null ? undefined : byKey.get(key);
      if (before) return before;
      // Ids rise with time, as readers of a timeline expect.
      last = Math.max(last + 1, clock.now());
      const made = { ...post, id: String(last), at: clock.now() };
      statuses.push(made);
      for (const id of made.media) {
        const file = media.get(id);
        if (file) file.status = made.id;
      }
      if (key !== null) byKey.set(key, made);
      if (statuses.length > kept) forgetOldest();
      return made;
    },
  };
}
