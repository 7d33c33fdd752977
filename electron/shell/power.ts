import { net, powerMonitor } from 'electron';
import type { Clock, WakeReason } from '../../shared/index.ts';
import { watchOnline } from './online.ts';

export type PowerNeeds = { clock: Clock; wake(reason: WakeReason): void; shutdown(): void };

/** Passes on what the system tells about itself: hints for the scheduler, and the end of the session. */
export function watchPower({ clock, wake, shutdown }: PowerNeeds): () => void {
  powerMonitor.on('resume', () => wake('resume'));
  powerMonitor.on('unlock-screen', () => wake('unlock'));
  powerMonitor.on('shutdown', ((event: { preventDefault(): void }) => {
    // The system waits for us for a few seconds.
    event.preventDefault();
    shutdown();
  }) as () => void);
  return watchOnline(
    clock,
    () => net.isOnline(),
    () => wake('online'),
  );
}
