import {
  type Announcement,
  type Bridge,
  type Clock,
  type Envelope,
  type Log,
  toWireError,
} from '../../shared/index.ts';
import { ask } from './engine-calls.ts';
import { nextPosts, type TrayAction, type TrayState } from './tray-menu.ts';

type Part = 'status' | 'jobs' | 'posts' | 'settings';
const all: readonly Part[] = ['status', 'jobs', 'posts', 'settings'];

/** Announcements may come by the hundred; the tray is brought up to date at most this often. */
const pauseMillis = 500;
/** The status line counts minutes. */
const tickMillis = 30_000;
const most = 1000;

type TrayStateDeps = {
  engine: Bridge;
  clock: Clock;
  log: Log;
  timezone: string;
  runtimeNotice: string | null;
  /** Draws the tray. */
  draw(state: TrayState): void;
};

type TrayStateKeeper = { quitting(): void; stop(): void };

/** Keeps the one state that the tray is drawn from, asking the engine for those parts only that have changed. */
export function keepTrayState({ engine, clock, log, draw, ...fixed }: TrayStateDeps): TrayStateKeeper {
  let state: TrayState = {
    now: clock.now(),
    status: null,
    jobs: [],
    posts: [],
    launchAtLogin: false,
    quitting: false,
    ...fixed,
  };
  let stale = new Set<Part>(all);
  let busy = false;
  let failed: string | undefined;
  let cancel = () => {};

  const show = (change: Partial<TrayState>) => {
    state = { ...state, ...change, now: clock.now() };
    try {
      draw(state);
      failed = undefined;
    } catch (error) {
      const reason = toWireError(error).message;
      // The same failure comes again with every minute and is said once.
      if (reason !== failed) log('error', 'The tray could not be drawn', { reason });
      failed = reason;
    }
  };
  const loadOrKeep = async (part: Part): Promise<Partial<TrayState>> => {
    try {
      return await load(engine, part);
    } catch (error) {
      log('error', 'The tray could not be brought up to date', { part, reason: toWireError(error).message });
      return {};
    }
  };
  const refresh = async () => {
    if (busy) return;
    busy = true;
    const parts = [...stale];
    stale = new Set();
    const changes = await Promise.all(parts.map(loadOrKeep));
    show(Object.assign({}, ...changes));
    busy = false;
    cancel();
    cancel = clock.setTimer(pauseMillis, () => (stale.size > 0 ? void refresh() : idle()));
  };
  const idle = () => {
    cancel();
    cancel = clock.setTimer(tickMillis, () => {
      show({});
      idle();
    });
    resting = true;
  };
  let resting = false;
  const wake = () => {
    if (!resting) return;
    resting = false;
    void refresh();
  };

  const unsubscribe = engine.subscribe((announcement) => {
    for (const part of affected(announcement)) stale.add(part);
    if (stale.size > 0) wake();
  });
  void refresh();
  return {
    quitting: () => show({ quitting: true }),
    stop() {
      unsubscribe();
      cancel();
      resting = false;
    },
  };
}

/** Which parts an announcement makes stale. */
function affected(announcement: Announcement): readonly Part[] {
  switch (announcement.name) {
    case 'runs.output':
      return [];
    case 'runs.changed':
    case 'jobs.changed':
      return ['status', 'jobs'];
    case 'posts.changed':
      return ['status', 'posts'];
    case 'settings.changed':
      return ['settings'];
    default:
      return ['status'];
  }
}

async function load(engine: Bridge, part: Part): Promise<Partial<TrayState>> {
  switch (part) {
    case 'status': {
      const answer = await ask(engine, 'status.get', {});
      return answer.ok ? { status: answer.value } : {};
    }
    case 'jobs': {
      const answer = await ask(engine, 'jobs.list', { limit: most });
      return answer.ok ? { jobs: answer.value } : {};
    }
    case 'posts': {
      const answer = await ask(engine, 'posts.list', {
        status: ['queued', 'sending'],
        order: 'soonest',
        limit: nextPosts,
      });
      return answer.ok ? { posts: answer.value } : {};
    }
    case 'settings': {
      const answer = await ask(engine, 'settings.get', {});
      return answer.ok ? { launchAtLogin: answer.value.launchAtLogin } : {};
    }
  }
}

type TrayActionDeps = {
  engine: Bridge;
  open(route: string): void;
  quit(): void;
  notify(notification: { title: string; body: string; route: string }): void;
};

/** Does what was clicked in the tray; what the engine refuses becomes a notification. */
export function createTrayActions({ engine, open, quit, notify }: TrayActionDeps) {
  const report = (what: string, route: string, answer: Envelope<unknown>) => {
    if (!answer.ok) notify({ title: what, body: answer.error.message, route });
  };
  return async (action: TrayAction): Promise<void> => {
    switch (action.do) {
      case 'open':
        return open(action.route);
      case 'quit':
        return quit();
      case 'start':
        return report('The scheduler did not start', '', await ask(engine, 'scheduler.start', {}));
      case 'stop':
        return report('The scheduler did not stop', '', await ask(engine, 'scheduler.stop', {}));
      case 'run-job':
        return report('The job did not start', '#/jobs', await ask(engine, 'jobs.run', { id: action.id }));
      case 'launch-at-login':
        return report(
          'The setting was not changed',
          '#/settings',
          await ask(engine, 'settings.set', { launchAtLogin: action.enabled }),
        );
    }
  };
}
