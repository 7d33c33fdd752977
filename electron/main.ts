import { join } from 'node:path';
import { app } from 'electron';
import { createApp } from './app.ts';
import { demoHome, openDemo } from './demo/index.ts';
import {
  type Arguments,
  claimInstance,
  createLog,
  exitWithError,
  openDesktop,
  parseArguments,
  registerPageScheme,
  setIdentity,
  storeFile,
} from './shell/index.ts';
import { systemClock } from './system.ts';

/** The desktop host: one application per home folder, around the same engine that the headless host runs. */
async function main(args: Arguments): Promise<void> {
  const { paths, usualHome } = setIdentity(args, demoHome);
  registerPageScheme();
  if (!claimInstance(args)) return app.exit(0);
  const log = createLog(join(paths.run, 'belfry.log'), systemClock);
  await app.whenReady();
  await openDesktop({
    args,
    home: paths.dir,
    usualHome,
    page: join(__dirname, '../renderer'),
    helper: join(__dirname, 'command-helper.cjs'),
    // A thread reads from real files, and not from the archive.
    mediaWorker: join(__dirname, 'media-worker.cjs').replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked'),
    clock: systemClock,
    log,
    configFile: storeFile,
    createEngine: createApp,
    openDemo: () => openDemo({ home: paths.dir, version: app.getVersion(), log }),
  });
}

try {
  const args = parseArguments(process.argv, process.env);
  main(args).catch((error: unknown) => exitWithError(error, { show: !args.hidden }));
} catch (error) {
  // Whoever wrote the command line sits at a terminal.
  void exitWithError(error, { show: false });
}
