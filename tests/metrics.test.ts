import { expect, test } from 'vitest';
import { createMetrics } from '../electron/monitoring.ts';
import type { Announcement, Bridge } from '../shared/index.ts';
import { status } from './api/world.ts';

test('asks the engine when somebody looks, not at each announcement', async () => {
  const asked: string[] = [];
  const listeners = new Set<(announcement: Announcement) => void>();
  const bridge: Bridge = {
    async call(name) {
      asked.push(name);
      return { ok: true, value: status };
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const metrics = createMetrics(bridge, 0);
  for (let time = 0; time < 1000; time += 1)
    for (const listener of listeners) listener({ name: 'status.changed' });
  expect(asked).toEqual([]);
  expect(await metrics.text(2000)).toMatch(/^belfry_uptime_seconds 2$.*^belfry_jobs \d+$/ms);
  expect(asked).toEqual(['status.get']);
  metrics.close();
  expect(listeners.size).toBe(0);
});
