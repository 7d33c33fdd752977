import { join } from 'node:path';
import { app } from 'electron';
import { createBelfry } from './belfry.ts';
import { systemClock } from './clock.ts';
import { openDemo } from './demo-home.ts';
import {
  claimInstance,
  createLog,
  endWith,
  openDesktop,
  parseArguments,
  registerPageScheme,
  setIdentity,
  storeFile,
} from './shell/index.ts';

/** The desktop host: one application per home folder, around the same engine that the headless host runs. */
async function main(): Promise<void> {
  const args = parseArguments(process.argv, process.env);
  const { paths, usualHome } = setIdentity(args);
  registerPageScheme();
  if (!claimInstance(args)) return app.exit(0);
  const log = createLog(join(paths.run, 'belfry.log'), systemClock);
  await app.whenReady();
  await openDesktop({
    args,
    home: paths.dir,
    usualHome,
    page: join(__dirname, '../renderer'),
    clock: systemClock,
    log,
    configFile: storeFile,
    createEngine: createBelfry,
    openDemo: () => openDemo({ home: paths.dir, version: app.getVersion(), log }),
  });
}

main().catch((error: unknown) => endWith(error, !process.argv.includes('--hidden')));
