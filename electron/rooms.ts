import { existsSync, mkdirSync } from 'node:fs';
import type { Bridge, WakeReason, Warning } from '../shared/index.ts';
import { createAlerts } from './alerts/index.ts';
import { type Announcer, openSocketDoor } from './api/index.ts';
import { createClosers } from './closers.ts';
import { composeApi, followConfig } from './compose-doors.ts';
import { layGround } from './compose-ground.ts';
import { composePosting } from './compose-posting.ts';
import { composeRunning } from './compose-running.ts';
import type { Host } from './host.ts';
import { watchHome } from './store/index.ts';

/** All rooms of one engine, open. */
export type Rooms = {
  call: Bridge['call'];
  wake(reason: WakeReason): void;
  /** `drainMs`: time for running jobs to end; default from the settings. */
  close(options: { drainMs?: number }): Promise<void>;
  /** Gives running jobs no more than `drainMs` from now, while it closes. */
  hurry(drainMs: number): void;
};

/** What to do about a file whose content only the running engine knows. */
const keepRunning =
  'Do not stop Belfry, for it alone still knows what was in it: make room or correct the rights there, and it is put back within seconds';

/**
 * Opens every room in order and hands functions over between them; what was opened is closed again when one fails.
 * `bridge` is the engine as clients of the local socket see it, which outlives everything but the home's lock and store.
 */
export async function openRooms(host: Host, announcer: Announcer, bridge: Bridge): Promise<Rooms> {
  const { clock, log } = host;
  const closers = createClosers(log);
  try {
    const ground = await layGround(host, closers);
    const alerts = createAlerts({ notify: host.notify, clock });
    closers.add(alerts.close);
    const { tell } = alerts;
    ground.store.onTrouble(({ message }) => {
      tell({ kind: 'database', reason: message });
      announcer.announce({ name: 'status.changed' });
      announcer.announce({ name: 'posts.changed' });
    });
    const posting = await composePosting(host, ground, announcer, tell, () => running.standstill());
    const running = composeRunning(host, ground, posting, announcer, tell);
    const { runner, scheduler, duePosts, environment } = running;
    let homeWarnings = (): Warning[] => [];
    const api = composeApi(host, ground, posting, running, () => homeWarnings());
    followConfig(host, ground, posting, running, announcer);

    const socket = await openSocketDoor({
      bridge,
      path: ground.home.socket,
      clock,
      log,
      hostCalls: {
        'host.link': async () => ({ url: host.browserWindow()?.mintLink() ?? null }),
        'host.address': async () => ({ url: host.browserWindow()?.address ?? null }),
        'host.endSessions': async () => {
          host.browserWindow()?.endSessions();
          return {};
        },
        'host.path': async () => ({ path: (await environment())['PATH'] ?? '' }),
      },
    });
    closers.add(() => socket.close());
    const { home, lock } = ground;
    const homeWatch = watchHome({
      clock,
      log,
      changed: () => announcer.announce({ name: 'status.changed' }),
      parts: [
        {
          name: 'The lock of the home folder',
          path: home.lockDb,
          isThere: lock.isThere,
          putBack: lock.retake,
        },
        {
          name: 'The local socket',
          path: home.socket,
          isThere: socket.isThere,
          putBack: socket.listenAgain,
        },
        {
          name: 'The file of the secrets',
          path: home.secrets,
          isThere: posting.secretsFile.isThere,
          putBack: posting.secretsFile.putBack,
          vital: true,
          remedy: keepRunning,
        },
        {
          name: 'The key of the secrets',
          ...posting.keyFile,
          vital: true,
          remedy: keepRunning,
        },
        {
          name: 'The media folder',
          path: home.media,
          isThere: () => existsSync(home.media),
          putBack: () => void mkdirSync(home.media, { recursive: true, mode: 0o700 }),
          loss: 'Files of posts that wait were in it, and those posts cannot go out without them',
        },
      ],
    });
    homeWarnings = homeWatch.warnings;
    closers.add(() => homeWatch.stop());

    await posting.accounts.start();
    closers.add(() => posting.accounts.stop());
    closers.add(() => posting.workshop.close());
    await posting.publisher.start();
    closers.add(() => posting.publisher.stop());
    closers.add(() => posting.planner.stop());
    closers.add(() => scheduler.stop());
    await scheduler.recover();
    await runner.start();
    closers.add(({ drainMs = ground.settings().drainSeconds * 1000 }) => runner.stop({ drainMs }));
    await scheduler.start();
    closers.add(() => scheduler.drain());
    // Making the posts of many series can take long, and neither jobs nor clients wait for it.
    posting.planner
      .start()
      .catch((error: unknown) => log('error', 'Series could not be started', { error: String(error) }));
    closers.add(
      announcer.subscribe(({ name }) => {
        if (name === 'posts.changed' || name === 'jobs.changed') duePosts.look();
      }),
    );
    closers.add(() => duePosts.stop());
    duePosts.look();
    const wake = (reason: WakeReason) => {
      scheduler.wake(reason);
      posting.planner.look();
    };

    // The promise is the one that closing waits for.
    const hurry = (drainMs: number) => void runner.stop({ drainMs });
    return { call: api.call, wake, close: closers.close, hurry };
  } catch (error) {
    await closers.close({ drainMs: 0 });
    throw error;
  }
}
