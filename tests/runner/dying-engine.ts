// An engine of its own process, to be killed by a test: `node dying-engine.ts HOME JOB-JSON`; prints its run's id.
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { launchNodeHelper } from '../../electron/headless.ts';
import { createRunner } from '../../electron/runner/index.ts';
import { createRunLedger, openDatabase, raiseEpoch } from '../../electron/store/index.ts';
import { systemClock } from '../../electron/system.ts';
import { jobSchema } from '../../shared/index.ts';
import { seededRandom } from '../support/random.ts';

const program = fileURLToPath(new URL('../../electron/runner/helper/program.ts', import.meta.url));
const [home = '', jobText = ''] = process.argv.slice(2);
const { db } = openDatabase(join(home, 'belfry.db'));
const random = seededRandom(process.pid);
const job = jobSchema.parse(JSON.parse(jobText));
const ledger = createRunLedger(db, await raiseEpoch(db), random.id);
const idle = async () => ({ ok: true, summary: '' });
const runner = createRunner({
  clock: systemClock,
  random,
  log: () => {},
  ledger,
  databaseLost: () => false,
  job: () => job,
  workspace: () => undefined,
  decideStart: () => ({ do: 'go' }),
  baseFolder: home,
  helper: { socket: join(home, 'helper.sock'), launch: (args) => launchNodeHelper(program, args) },
  environment: async () => ({ PATH: process.env['PATH'] ?? '' }),
  builtins: { publish_due_posts: idle, refresh_tokens: idle },
  takePosts: () => async () => [],
  knownSecrets: new Set(),
  settings: () => ({ outputLimitMiB: 1 }),
  announce: () => {},
  announceOutput: () => {},
  alert: () => {},
  jobEnded: () => {},
});
process.stdout.write(`${(await runner.runNow(job.id)).id}\n`);
