// Child of owner.test.ts: takes the home in argv[2], says so (or the error) in one line, and stays until it is ended.
import { prepareHome } from '../../electron/store/home.ts';
import { takeHome } from '../../electron/store/owner.ts';

const paths = prepareHome(process.argv[2] ?? '');
try {
  const lock = await takeHome(paths, {
    pid: process.pid,
    startedAt: '2026-11-22T09:00:00.000Z',
    mode: 'headless',
    socket: paths.socket,
    version: '1.2.3',
  });
  console.log('owner');
  process.on('SIGTERM', () => {
    lock.release();
    process.exit(0);
  });
  setInterval(() => {}, 1000);
} catch (error) {
  console.log(error instanceof Error ? error.message : error);
}
