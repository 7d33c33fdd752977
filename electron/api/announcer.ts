import type { Announcement, Log, OutputLine, RunView } from '../../shared/index.ts';

export type AnnouncementListener = (announcement: Announcement) => void;

/** Announcements that say no more than that something changed. */
type Plain = Exclude<Announcement['name'], 'runs.changed' | 'runs.output'>;

/** Passes the announcements of the engine's modules on to every subscriber. */
export type Announcer = {
  announce(announcement: Announcement): void;
  /** A run changed, and with it what is said of its job and of the engine as a whole; so it is with all below. */
  run(run: RunView): void;
  /** Lines were added to a run. */
  output(runId: string, lines: OutputLine[]): void;
  jobs(): void;
  posts(): void;
  accounts(): void;
  series(): void;
  status(): void;
  /** config.json changed, whatever it was. */
  config(): void;
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

  const announce = (announcement: Announcement) => {
    waiting.push(announcement);
    if (waiting.length === 1) queueMicrotask(deliver);
  };
  const changed =
    (...names: Plain[]) =>
    () => {
      for (const name of names) announce({ name });
    };
  const jobs = changed('jobs.changed', 'status.changed');

  return {
    announce,
    run(run) {
      announce({ name: 'runs.changed', run });
      jobs();
    },
    output: (runId, lines) => announce({ name: 'runs.output', runId, lines }),
    jobs,
    posts: changed('posts.changed', 'jobs.changed', 'status.changed'),
    accounts: changed('accounts.changed', 'status.changed'),
    series: changed('series.changed', 'status.changed'),
    status: changed('status.changed'),
    config: changed('settings.changed', 'jobs.changed', 'accounts.changed', 'status.changed'),
    subscribe(listener) {
      const entry = { handle: listener };
      listeners.add(entry);
      return () => {
        listeners.delete(entry);
      };
    },
  };
}
