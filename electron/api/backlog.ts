import type { Announcement, OutputLine } from '../../shared/index.ts';

/** Lines kept per run while a client cannot keep up; a gap in `seq` tells it to ask for the rest. */
const linesKept = 500;

/** Announcements that wait for a slow client: what says the same is kept once, the newest in force. */
export type Backlog = {
  add(announcement: Announcement): void;
  /** Takes the oldest one out. */
  take(): Announcement | undefined;
  /** How many wait. */
  size(): number;
};

/** An empty backlog; its size grows only with the number of different runs. */
export function createBacklog(): Backlog {
  const waiting = new Map<string, Announcement>();
  return {
    add(announcement) {
      const key = keyOf(announcement);
      waiting.set(key, merged(waiting.get(key), announcement));
    },
    take() {
      for (const [key, announcement] of waiting) {
        waiting.delete(key);
        return announcement;
      }
      return undefined;
    },
    size: () => waiting.size,
  };
}

function keyOf(announcement: Announcement): string {
  if (announcement.name === 'runs.changed') return `runs.changed ${announcement.run.id}`;
  if (announcement.name === 'runs.output') return `runs.output ${announcement.runId}`;
  return announcement.name;
}

function merged(older: Announcement | undefined, newer: Announcement): Announcement {
  if (older?.name !== 'runs.output' || newer.name !== 'runs.output') return newer;
  const lines: OutputLine[] = [...older.lines, ...newer.lines].slice(-linesKept);
  return { ...newer, lines };
}
