import type { Bridge, Envelope } from '../../shared/index.ts';
import { ask } from './ask.ts';
import type { TrayAction } from './tray-menu.ts';

export type TrayActionNeeds = {
  engine: Bridge;
  open(route: string): void;
  quit(): void;
  notify(notification: { title: string; body: string; route: string }): void;
};

/** Does what was clicked in the tray; what the engine refuses is told as a notification. */
export function createTrayActions({ engine, open, quit, notify }: TrayActionNeeds) {
  const tell = (what: string, route: string, answer: Envelope<unknown>) => {
    if (!answer.ok) notify({ title: what, body: answer.error.message, route });
  };
  return async (action: TrayAction): Promise<void> => {
    switch (action.do) {
      case 'open':
        return open(action.route);
      case 'quit':
        return quit();
      case 'start':
        return tell('The scheduler did not start', '', await ask(engine, 'scheduler.start', {}));
      case 'stop':
        return tell('The scheduler did not stop', '', await ask(engine, 'scheduler.stop', {}));
      case 'run-job':
        return tell('The job did not start', '#/jobs', await ask(engine, 'jobs.run', { id: action.id }));
      case 'launch-at-login':
        return tell(
          'The setting was not changed',
          '#/settings',
          await ask(engine, 'settings.set', { launchAtLogin: action.enabled }),
        );
    }
  };
}
