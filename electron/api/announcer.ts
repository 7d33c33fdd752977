import type { Announcement, Log } from '../../shared/index.ts';

export type AnnouncementListener = (announcement: Announcement) => void;

/** Passes the announcements of the engine's modules on to every subscriber. */
export type Announcer = {
  announce(announcement: Announcement): void;
  /** Calls `listener` for every later announcement, in order; the returned function unsubscribes. */
  subscribe(listener: AnnouncementListener): () => void;
};

/**
 * Announcements are delivered after the announcing code has run to its next wait, so that a listener
 * can neither throw into it nor overtake an earlier announcement.
 */
export function createAnnouncer(deps: { log: Log }): Announcer {
  const listeners = new Set<{ handle: AnnouncementListener }>();
  let waiting: Announcement[] = [];

  const deliverTo = (entry: { handle: AnnouncementListener }, announcement: Announcement) => {
    if (!listeners.has(entry)) return;
    try {
      // A listener may be an async function in spite of its type: its failure must not end the process.
      Promise.resolve(entry.handle(announcement) as unknown).catch(complain);
    } catch (error) {
      complain(error);
    }
  };
  const complain = (error: unknown) =>
    deps.log('error', 'A listener to announcements failed', {
      error: error instanceof Error ? error.message : String(error),
    });
  const deliver = () => {
    const batch = waiting;
    waiting = [];
    for (const announcement of batch) for (const entry of [...listeners]) deliverTo(entry, announcement);
  };

  return {
    announce(announcement) {
      waiting.push(announcement);
      if (waiting.length === 1) queueMicrotask(deliver);
    },
    subscribe(listener) {
      const entry = { handle: listener };
      listeners.add(entry);
      return () => {
        listeners.delete(entry);
      };
    },
  };
}
