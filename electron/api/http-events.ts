import type { ServerResponse } from 'node:http';
import { type Bridge, type Clock, web } from '../../shared/index.ts';
import { createOutlet } from './outlet.ts';

/** Each open window holds one; more than this is a mistake somewhere. */
const mostStreams = 16;

export type EventStreams = {
  /** Takes the response over for as long as `allowed` says so, asked at each heartbeat; false when there are too many. */
  open(response: ServerResponse, allowed: () => boolean): boolean;
  closeAll(): void;
};

/** Streams of announcements, one JSON document per line, with an empty line as heartbeat. */
export function createEventStreams(needs: { bridge: Bridge; clock: Clock }): EventStreams {
  const { bridge, clock } = needs;
  const open = new Set<ServerResponse>();

  const serve = (response: ServerResponse, allowed: () => boolean) => {
    const outlet = createOutlet({ stream: response, clock, encode: (a) => `${JSON.stringify(a)}\n` });
    const unsubscribe = bridge.subscribe(outlet.push);
    let stopBeat = () => {};
    const beat = () => {
      if (!allowed()) return void response.end();
      if (!response.writableNeedDrain) response.write('\n');
      stopBeat = clock.setTimer(web.heartbeatMs, beat);
    };
    beat();
    response.once('close', () => {
      stopBeat();
      unsubscribe();
      open.delete(response);
    });
  };

  return {
    open(response, allowed) {
      if (open.size >= mostStreams) return false;
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
