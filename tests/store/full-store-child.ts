// Child of full-disk.test.ts: opens the store of the home in argv[2] and writes into it until the disk takes no more;
// prints as JSON what it was told then, and what of its promises must be there afterwards.

import { openStore, prepareHome, writeMeta } from '../../electron/store/index.ts';
import { systemClock } from '../../electron/system.ts';

// The limit by which the test stands for a full disk would end the process by a signal.
process.on('SIGXFSZ', () => {});
const home = prepareHome(process.argv[2] ?? '');
const said: string[] = [];
const store = await openStore({
  home,
  clock: systemClock,
  newId: () => 'home-1',
  log: (_level, message) => said.push(message),
});
const reason = (error: unknown) => (error instanceof Error ? error.message : String(error));
let written = 0;
let refusal = '';
while (refusal === '' && written < 1000) {
  try {
    await writeMeta(store.db, `ballast ${written}`, 'x'.repeat(20_000));
    written += 1;
  } catch (error) {
    refusal = reason(error);
  }
}
const copy = await store.copyNow().then(() => 'made', reason);
const trouble = store.trouble();
const closed = await store.close().then(() => 'closed', reason);
process.stdout.write(JSON.stringify({ written, refusal, copy, trouble, closed }));
