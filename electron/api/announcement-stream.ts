import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { type Announcement, type Bridge, type Clock, type OutputLine, web } from '../../shared/index.ts';
import type { AnnouncementListener } from './announcer.ts';

export type EventStreams = {
  /** As many may be open at once. */
  most: number;
  /** Takes the response over for as long as `allowed` says so, asked at each heartbeat; false when there are too many. */
  open(response: ServerResponse, allowed: () => boolean): boolean;
  closeAll(): void;
};

/** At most `maxStreams` streams of announcements, one JSON document per line, with an empty line as heartbeat. */
export function createEventStreams(deps: { bridge: Bridge; clock: Clock; maxStreams: number }): EventStreams {
  const { bridge, clock } = deps;
  const open = new Set<ServerResponse>();

  const serve = (response: ServerResponse, allowed: () => boolean) => {
    const unsubscribe = bridge.subscribe(createAnnouncementStream({ stream: response, clock }));
    let stopHeartbeat = () => {};
    const heartbeat = () => {
      if (!allowed()) return void response.end();
      if (!response.writableNeedDrain) response.write('\n');
      stopHeartbeat = clock.setTimer(web.heartbeatMs, heartbeat);
    };
    heartbeat();
    response.once('close', () => {
      stopHeartbeat();
      unsubscribe();
      open.delete(response);
    });
  };

  return {
    most: deps.maxStreams,
    open(response, allowed) {
      if (open.size >= deps.maxStreams) return false;
      open.add(response);
      response.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8' });
      serve(response, allowed);
      return true;
    },
    closeAll() {
      for (const response of open) response.end();
    },
  };
}

/** A client that reads nothing for this long is cut off; it may connect again and ask anew. */
const stalledMs = 30_000;
/** More different runs than this waiting at once, and asking anew is cheaper than catching up. */
const maxBacklog = 1000;

/**
 * Gives a listener that writes announcements to one client, a line of JSON each, as fast as it reads: what it cannot take
 * is buffered and collapsed, and the connection of a client that stops reading is destroyed. Nothing else ever waits for it.
 */
export function createAnnouncementStream(deps: { stream: Writable; clock: Clock }): AnnouncementListener {
  const { stream, clock } = deps;
  const buffer = createAnnouncementBuffer();
  let cancelStallTimer: (() => void) | undefined;

  const flush = () => {
    cancelStallTimer?.();
    cancelStallTimer = undefined;
    while (!stream.writableNeedDrain) {
      const next = buffer.take();
      if (!next) return;
      stream.write(`${JSON.stringify(next)}\n`);
    }
    cancelStallTimer = clock.setTimer(stalledMs, () => stream.destroy());
  };
  stream.on('drain', flush);
  stream.once('close', () => {
    cancelStallTimer?.();
    stream.off('drain', flush);
  });

  return (announcement) => {
    if (stream.destroyed || stream.writableEnded) return;
    buffer.add(announcement);
    if (buffer.size() > maxBacklog) stream.destroy();
    else if (!cancelStallTimer) flush();
  };
}

/** Lines kept per run while a client cannot keep up; after a gap in `seq` it asks for the rest. */
const bufferedLines = 500;

/** Announcements that wait for a slow client: what says the same is kept once, the newest in force. */
type AnnouncementBuffer = {
  add(announcement: Announcement): void;
  /** Takes the oldest one out. */
  take(): Announcement | undefined;
  /** How many wait. */
  size(): number;
};

/** An empty buffer; its size grows only with the number of different runs. */
export function createAnnouncementBuffer(): AnnouncementBuffer {
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
  const lines: OutputLine[] = [...older.lines, ...newer.lines].slice(-bufferedLines);
  return { ...newer, lines };
}
