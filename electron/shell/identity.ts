import { join } from 'node:path';
import { app } from 'electron';
import { defaultHome, type HomePaths, prepareHome } from '../store/index.ts';
import type { Arguments } from './arguments.ts';
import { chooseHome } from './home.ts';

/**
 * Who this application is to the system, before anything else happens: its name, its home folder (made when missing),
 * and its link scheme. Throws HOME_UNUSABLE.
 */
export function setIdentity(
  args: Arguments,
  demoHome: (home: string) => string,
): { paths: HomePaths; usualHome: boolean } {
  app.setName('Belfry');
  app.setAppUserModelId('com.belfry.desktop');
  const { home, usual } = chooseHome(args, defaultHome(process.platform, process.env), demoHome);
  const paths = prepareHome(home);
  app.setPath('userData', paths.dir);
  // What the browser engine keeps (caches, local storage) is not for people to look at or to copy.
  app.setPath('sessionData', join(paths.dir, 'browser'));
  app.setPath('crashDumps', join(paths.dir, 'browser', 'crashes'));
  if (app.isPackaged) app.setAsDefaultProtocolClient('belfry');
  return { paths, usualHome: usual };
}
