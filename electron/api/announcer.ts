import type { Announcement, Log } from '../../shared/index.ts';

export type Listener = (announcement: Announcement) => void;

/** Hands what the rooms announce to everyone who listens. */
export type Announcer = {
  announce(announcement: Announcement): void;
  /** Calls `listener` for every later announcement, in order; the result ends that. */
  subscribe(listener: Listener): () => void;
};

/**
 * Announcements are delivered after the announcing code has run to its next wait, so that a listener
 * can neither throw into it nor overtake an earlier announcement.
 */
export function createAnnouncer(needs: { log: Log }): Announcer {
  const listeners = new Set<{ hear: Listener }>();
  let waiting: Announcement[] = [];

  const tell = (entry: { hear: Listener }, announcement: Announcement) => {
    if (!listeners.has(entry)) return;
    try {
      // A listener may be an async function in spite of its type: its failure must not end the process.
      Promise.resolve(entry.hear(announcement) as unknown).catch(complain);
    } catch (error) {
      complain(error);
    }
  };
  const complain = (error: unknown) =>
    needs.log('error', 'A listener to announcements failed', {
      error: error instanceof Error ? error.message : String(error),
    });
  const deliver = () => {
    const batch = waiting;
    waiting = [];
    for (const announcement of batch) for (const entry of [...listeners]) tell(entry, announcement);
  };

  return {
    announce(announcement) {
      waiting.push(announcement);
      if (waiting.length === 1) queueMicrotask(deliver);
    },
    subscribe(listener) {
      const entry = { hear: listener };
      listeners.add(entry);
      return () => {
        listeners.delete(entry);
      };
    },
  };
}
