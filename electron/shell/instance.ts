import { app } from 'electron';
import type { Arguments } from './arguments.ts';
import { routeOfLink } from './link.ts';

/** What a second start hands to the first. */
type Request = Pick<Arguments, 'hidden' | 'link'>;

/** True when this is the first start for its home folder; a second one has told the first and may end. */
export function claimInstance(args: Arguments): boolean {
  const request: Request = { hidden: args.hidden, link: args.link };
  return app.requestSingleInstanceLock(request);
}

/** Calls `show` when somebody starts Belfry again, clicks its icon in the dock, or follows a `belfry://` link. */
export function onSummons(show: (route: string) => void): void {
  app.on('second-instance', (_event, _argv, _folder, data) => {
    const request = data as Partial<Request> | null;
    const link = request?.link ?? null;
    if (request?.hidden !== true || link !== null) show(routeOfLink(link));
  });
  app.on('activate', () => show(''));
  app.on('open-url', (event, url) => {
    event.preventDefault();
    show(routeOfLink(url));
  });
}
